// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** JSON from and to strangers. */
final class Json {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_DIGITS = 100;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_DIGITS)
                          .maxStringLength(Integer.MAX_VALUE) // the body has its own limit
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private Json() {}

  /** An object to fill. */
  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A string. */
  static JsonNode text(String text) {
    return MAPPER.getNodeFactory().textNode(text);
  }

  /** Reads the object that a request consists of. */
  static ObjectNode parse(byte[] body) {
    try {
      // Not by Jackson, which would also take UTF-16 and let some ill-formed UTF-8 pass.
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      JsonNode root = MAPPER.readTree(text);
      if (root instanceof ObjectNode object) {
        return object;
      }
      throw ApiException.malformed("the body must be a JSON object");
    } catch (CharacterCodingException e) {
      throw ApiException.malformed("the body is not UTF-8");
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw ApiException.malformed(
          "the body is not valid JSON" + place + ": " + e.getOriginalMessage());
    }
  }

  /** As lists, maps and values. */
  static Object value(JsonNode node) {
    return MAPPER.convertValue(node, Object.class);
  }

  /** In UTF-8; half a surrogate pair, which a request can hold in an escape, becomes a "?". */
  static byte[] bytes(JsonNode node) {
    return node.toString().getBytes(UTF_8);
  }
}
