// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The turns in a column of a record, and values within them. */
final class Turns {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final DataRecord record;
  private final String column;

  Turns(DataRecord record, String column) {
    this.record = record;
    this.column = column;
  }

  /** A turn: its fields as JSON has them, but for those that are null. */
  record Turn(Turns turns, int number, Map<String, Object> fields) {
    DataFormatException wrong(String problem) {
      return turns.wrong("[" + number + "]" + problem);
    }

    String text(String field) {
      Object value = fields.get(field);
      if (!(value instanceof String text)) {
        throw wrong(
            value == null
                ? " has no \"" + field + "\"; it has " + fields.keySet()
                : "." + field + " must be a string, it has " + shown(value));
      }
      return text;
    }
  }

  List<Turn> all() {
    if (!(record.value(column).orElse(List.of()) instanceof List<?> list) || list.isEmpty()) {
      throw wrong(" must be a list of turns, and has none");
    }
    List<Turn> turns = new ArrayList<>();
    for (Object turn : list) {
      if (!(turn instanceof Map<?, ?> fields)) {
        throw wrong("[" + turns.size() + "] must be an object, it has " + shown(turn));
      }
      turns.add(new Turn(this, turns.size(), withoutNulls(fields)));
    }
    return turns;
  }

  DataFormatException wrong(String problem) {
    return record.place().wrong(column + problem);
  }

  /** The tools of a record: objects, or JSON of such as a string; none where there are none. */
  static List<Map<String, Object>> tools(DataRecord record) {
    Object value = record.value("tools").orElse("");
    if (value instanceof String text && text.isBlank()) {
      return List.of();
    }
    return objects(value instanceof String text ? parse(text).orElse(text) : plain(value))
        .orElseThrow(
            () ->
                record
                    .place()
                    .wrong("\"tools\" must be a list of objects, or JSON of that in a string"));
  }

  /** A list of objects, if a value is one. */
  static Optional<List<Map<String, Object>>> objects(@Nullable Object value) {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : List.of("")) {
      if (!(element instanceof Map<?, ?> fields)) {
        return Optional.empty();
      }
      Map<String, Object> object = new LinkedHashMap<>();
      fields.forEach((name, inner) -> object.put((String) name, inner));
      objects.add(object);
    }
    return Optional.of(objects);
  }

  /** JSON as plain values, if it is any. */
  static Optional<Object> parse(String json) {
    try {
      return Optional.ofNullable(JSON.readValue(json, Object.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Map<String, Object> withoutNulls(Map<?, ?> fields) {
    Map<String, Object> present = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          Object plain = plain(value);
          if (plain != null) {
            present.put((String) name, plain);
          }
        });
    return present;
  }

  /** A value of a record as JSON has it. */
  private static @Nullable Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, inner) -> copy.put((String) name, plain(inner)));
      return copy;
    } else if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(inner -> copy.add(plain(inner)));
      return copy;
    }
    return value instanceof Optional ? null : value;
  }

  private static String shown(Object value) {
    String text = String.valueOf(plain(value));
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
