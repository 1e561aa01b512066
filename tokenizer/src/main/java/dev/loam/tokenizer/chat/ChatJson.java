// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.tokenizer.TokenizerFormatException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as plain lists, maps and values. */
final class ChatJson {
  /** More than templates can read anyway. */
  private static final int MAX_DEPTH = 100;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ChatJson() {}

  static @Nullable Object parse(String json, String what) {
    try {
      return copy(MAPPER.readValue(json, Object.class));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new TokenizerFormatException(
          what + ": not valid JSON" + place + ": " + e.getOriginalMessage(), e);
    }
  }

  /** A list of objects. */
  static List<Map<String, Object>> objects(String json, String what) {
    if (!(parse(json, what) instanceof List<?> list)) {
      throw new TokenizerFormatException(what + ": expected a JSON array of objects");
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object element : list) {
      objects.add(object(element, what + "[" + objects.size() + "]"));
    }
    return objects;
  }

  static Map<String, Object> object(@Nullable Object value, String what) {
    if (!(value instanceof Map<?, ?> map)) {
      throw new TokenizerFormatException(what + ": expected a JSON object");
    }
    Map<String, Object> object = new LinkedHashMap<>();
    map.forEach((key, member) -> object.put((String) key, member));
    return Collections.unmodifiableMap(object);
  }

  /** The same value, which nobody can change. */
  static @Nullable Object copy(@Nullable Object value) {
    return copy(value, 0);
  }

  private static @Nullable Object copy(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("values are nested more than " + MAX_DEPTH + " deep");
    } else if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>(list.size());
      list.forEach(item -> copy.add(copy(item, depth + 1)));
      return Collections.unmodifiableList(copy);
    } else if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, member) -> copy.put(String.valueOf(key), copy(member, depth + 1)));
      return Collections.unmodifiableMap(copy);
    }
    return value;
  }
}
