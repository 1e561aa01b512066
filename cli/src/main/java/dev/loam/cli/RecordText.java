// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.record.DataRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A record of text for people and for programs. */
final class RecordText {
  private RecordText() {}

  /** One line of JSON. */
  static String json(long index, DataRecord record) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("index", index);
    object.put("record", plain(record.values()));
    return JsonText.write(object);
  }

  /** A line that says where the record is from, and one for each value. */
  static String lines(long index, DataRecord record) {
    StringBuilder lines = new StringBuilder("record " + index + " (" + record.place() + ")");
    record
        .values()
        .forEach(
            (name, value) ->
                lines.append("\n  ").append(SampleText.visible(name) + ": " + shown(value)));
    return lines.toString();
  }

  private static String shown(Object value) {
    if (value instanceof Optional) {
      return "null";
    }
    return value instanceof String text
        ? SampleText.visible(text)
        : JsonText.write(Objects.requireNonNull(plain(value)));
  }

  private static @Nullable Object plain(Object value) {
    if (value instanceof Optional) {
      return null;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, inner) -> copy.put(name, plain(inner)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>();
      list.forEach(inner -> copy.add(plain(inner)));
      return copy;
    }
    return value;
  }
}
