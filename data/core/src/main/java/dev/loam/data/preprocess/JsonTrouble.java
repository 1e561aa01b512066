// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loam.data.internal.JsonInput;
import java.util.ArrayList;
import java.util.List;

/** Says why a line cannot be used. */
final class JsonTrouble {
  private static final int QUOTED = 60;

  private JsonTrouble() {}

  static String explain(String line, List<String> keys) {
    if (line.isBlank()) {
      return "the line is blank; each line must be one JSON object";
    }
    ObjectMapper json =
        JsonMapper.builder(JsonInput.factory())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    JsonNode object;
    try {
      object = json.readTree(line);
    } catch (JsonProcessingException e) {
      return JsonInput.problem(e, "each line must be one JSON object");
    }
    if (!object.isObject()) {
      return "not a JSON object but " + quote(object);
    }
    for (String key : keys) {
      JsonNode value = object.get(key);
      if (value == null) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return "no field \"%s\"; the object has %s".formatted(key, names);
      }
      for (JsonNode text : value.isArray() ? value : List.of(value)) {
        if (!text.isTextual()) {
          return "field \"%s\" must be a string or a list of strings, it has %s"
              .formatted(key, quote(text));
        }
        int half = JsonInput.halfSurrogate(text.textValue());
        if (half >= 0) {
          return "field \"%s\" has half a surrogate pair, \\u%04x, which is no character"
              .formatted(key, (int) text.textValue().charAt(half));
        }
      }
    }
    return "the line cannot be read";
  }

  private static String quote(JsonNode node) {
    String text = node.toString();
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
  }
}
