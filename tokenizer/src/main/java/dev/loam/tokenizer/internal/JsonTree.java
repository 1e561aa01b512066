// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/** Reads values of a file as trees, as long as these together stay small. */
final class JsonTree {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int MAX_VALUES = 200_000;
  private static final int MAX_CHARACTERS = 8 << 20;

  private final JsonCursor cursor;
  private final JsonParser parser;
  private int values;
  private int characters;

  /**
   * @param cursor makes complaints
   */
  JsonTree(JsonCursor cursor, JsonParser parser) {
    this.cursor = cursor;
    this.parser = parser;
  }

  /** Reads the value at hand; the parser bounds how deep it goes. */
  JsonNode read() throws IOException {
    if (++values > MAX_VALUES || characters > MAX_CHARACTERS) {
      throw cursor.problem("more than a tokenizer needs by far; the file is refused");
    }
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> NODES.textNode(counted(parser.getText()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(token == JsonToken.VALUE_TRUE);
      default -> NODES.nullNode();
    };
  }

  private JsonNode object() throws IOException {
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = counted(parser.currentName());
      if (object.has(key)) {
        throw cursor.duplicate(key);
      }
      parser.nextToken();
      object.set(key, read());
    }
    return object;
  }

  private JsonNode array() throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(read());
    }
    return array;
  }

  private JsonNode integer() throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.INT
        ? NODES.numberNode(parser.getIntValue())
        : NODES.numberNode(parser.getBigIntegerValue());
  }

  private String counted(String text) {
    characters += text.length();
    return text;
  }
}
