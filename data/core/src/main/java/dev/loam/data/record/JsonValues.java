// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.loam.data.internal.JsonInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as Python's {@code json} reads them: of keys that come twice the last counts; NaN and the
 * infinities are numbers.
 */
final class JsonValues {
  private final JsonParser parser;
  private final RecordPlace place;

  JsonValues(JsonParser parser, RecordPlace place) {
    this.parser = parser;
    this.place = place;
  }

  /** The object whose opening brace has just been read. */
  Map<String, Object> object() throws IOException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = checked(parser.currentName());
      parser.nextToken();
      object.put(name, value());
    }
    return object;
  }

  private List<@Nullable Object> array() throws IOException {
    List<@Nullable Object> array = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value());
    }
    return array;
  }

  private @Nullable Object value() throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> checked(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT -> {
        Number number = parser.getNumberValue();
        yield number instanceof Integer ? (Object) number.longValue() : number;
      }
      case VALUE_NUMBER_FLOAT -> number();
      default -> throw place.wrong("unexpected " + token);
    };
  }

  private double number() throws IOException {
    if (parser.isNaN() && parser.getText().endsWith("INF")) {
      throw place.wrong(parser.getText() + " is no number; write Infinity");
    }
    return parser.getDoubleValue();
  }

  private String checked(String text) {
    int half = JsonInput.halfSurrogate(text);
    if (half >= 0) {
      throw place.wrong(
          "half a surrogate pair, \\u%04x, which is no character"
              .formatted((int) text.charAt(half)));
    }
    return text;
  }
}
