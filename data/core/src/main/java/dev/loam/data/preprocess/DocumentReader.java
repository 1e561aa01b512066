// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loam.data.DataFormatException;
import dev.loam.data.internal.Utf8Lines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Takes the texts of a document out of one JSON line. Safe for use by several threads. */
final class DocumentReader {
  private static final int QUOTED = 60;

  private final Path file;
  private final ObjectMapper json;

  DocumentReader(Path file) {
    this.file = file;
    // Documents may be of any length; the line was bounded when it was read.
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxStringLength(Integer.MAX_VALUE)
            .maxNumberLength(Integer.MAX_VALUE)
            .build();
    this.json =
        JsonMapper.builder(JsonFactory.builder().streamReadConstraints(constraints).build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
  }

  JsonNode parse(Utf8Lines.Line line) {
    JsonNode node;
    try {
      node = json.readTree(line.text());
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw wrong(
          line,
          "column %d: broken JSON: %s; each line must be one JSON object"
              .formatted(column, e.getOriginalMessage()));
    }
    if (!node.isObject()) {
      throw wrong(
          line,
          line.text().isBlank()
              ? "the line is blank; each line must be one JSON object"
              : "not a JSON object but " + quote(node));
    }
    return node;
  }

  /** The text of a field, or its texts where it is a list. */
  List<String> texts(JsonNode object, String key, Utf8Lines.Line line) {
    JsonNode value = object.get(key);
    if (value == null) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      throw wrong(line, "no field \"%s\"; the object has %s".formatted(key, keys));
    }
    List<String> texts = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(element -> texts.add(text(element, key, line)));
    } else {
      texts.add(text(value, key, line));
    }
    return texts;
  }

  private String text(JsonNode value, String key, Utf8Lines.Line line) {
    if (!value.isTextual()) {
      throw wrong(
          line,
          "field \"%s\" must be a string or a list of strings, it has %s"
              .formatted(key, quote(value)));
    }
    String text = value.textValue();
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        throw wrong(
            line,
            "field \"%s\" has half a surrogate pair, \\u%04x, which is no character"
                .formatted(key, c));
      }
    }
    return text;
  }

  private static String quote(JsonNode node) {
    String text = node.toString();
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
  }

  private DataFormatException wrong(Utf8Lines.Line line, String problem) {
    return DataFormatException.atLine(file, line.number(), problem);
  }
}
