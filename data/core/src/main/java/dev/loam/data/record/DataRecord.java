// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Named values in the order of the file. Immutable.
 *
 * <p>A value is a {@link String}, a {@link Long} (a {@link java.math.BigInteger} where it does not
 * fit), a {@link Double}, a {@link Boolean}, a {@link List} or a {@link Map} of such, or {@link
 * Optional#empty} where the file has null.
 *
 * @param place where the record came from
 * @param values by name
 */
public record DataRecord(RecordPlace place, Map<String, Object> values) {
  private static final int QUOTED = 60;

  /**
   * Copies the values; null becomes {@link Optional#empty}, smaller numbers {@link Long} and {@link
   * Double}.
   *
   * @throws IllegalArgumentException if a value is of another type
   */
  public DataRecord {
    values = Values.copy(values);
  }

  /** The names of the values. */
  public List<String> names() {
    return List.copyOf(values.keySet());
  }

  /** Whether there is a value of this name, be it null. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A value; nothing where it is null or missing. */
  public Optional<Object> value(String name) {
    Object value = values.getOrDefault(name, Optional.empty());
    return value instanceof Optional ? Optional.empty() : Optional.of(value);
  }

  /**
   * A text; nothing where it is null or missing.
   *
   * @throws dev.loam.data.DataFormatException if the value is no string
   */
  public Optional<String> text(String name) {
    return value(name).map(value -> string(name, value));
  }

  /**
   * A text that must be there.
   *
   * @throws dev.loam.data.DataFormatException if the value is missing or no string
   */
  public String requireText(String name) {
    return string(name, require(name));
  }

  /**
   * A text, or the texts of a list, that must be there.
   *
   * @throws dev.loam.data.DataFormatException if the value is missing or anything else
   */
  public List<String> requireTexts(String name) {
    Object value = require(name);
    if (value instanceof String single) {
      return List.of(single);
    }
    List<String> texts = new ArrayList<>();
    for (Object element : value instanceof List<?> list ? list : List.of(value)) {
      if (!(element instanceof String text)) {
        throw place.wrong(
            "field \"%s\" must be a string or a list of strings, it has %s"
                .formatted(name, quote(element)));
      }
      texts.add(text);
    }
    return texts;
  }

  /** The same with another value, in its old place or at the end. */
  public DataRecord with(String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new DataRecord(place, changed);
  }

  /** The same without a value. */
  public DataRecord without(String name) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    changed.remove(name);
    return new DataRecord(place, changed);
  }

  /** The same with a value under another name, in the same place. */
  public DataRecord renamed(String name, String newName) {
    Map<String, Object> changed = new LinkedHashMap<>();
    values.forEach((key, value) -> changed.put(key.equals(name) ? newName : key, value));
    return new DataRecord(place, changed);
  }

  private Object require(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw place.wrong("no field \"%s\"; the record has %s".formatted(name, names()));
    }
    return value;
  }

  private String string(String name, Object value) {
    if (!(value instanceof String text)) {
      throw place.wrong("field \"%s\" must be a string, it has %s".formatted(name, quote(value)));
    }
    return text;
  }

  private static String quote(Object value) {
    String text = value instanceof Optional ? "null" : value.toString();
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
  }
}
