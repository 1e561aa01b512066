// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.record.DataRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * What a column's value must be like. The length of a text is counted in characters (code points),
 * that of a list or an object in elements; a null has length 0, as has an empty text.
 *
 * @param column whose value
 * @param minLength the least length
 * @param maxLength the greatest length
 * @param equalTo a text, number or boolean as it is written; a null equals nothing
 * @param notEmpty whether the length must not be 0; a number or boolean is never empty
 */
public record RecordCondition(
    String column,
    OptionalInt minLength,
    OptionalInt maxLength,
    Optional<String> equalTo,
    boolean notEmpty)
    implements Predicate<DataRecord> {

  /**
   * Whether a record's value is like that.
   *
   * @throws dev.loam.data.DataFormatException if its length is asked for and it has none
   */
  @Override
  public boolean test(DataRecord record) {
    Optional<Object> value = record.value(column);
    if (equalTo.isPresent() && !(value.isPresent() && isEqual(value.get(), equalTo.get()))) {
      return false;
    }
    if (notEmpty && (value.isEmpty() || (hasLength(value.get()) && length(value.get()) == 0))) {
      return false;
    }
    if (minLength.isEmpty() && maxLength.isEmpty()) {
      return true;
    }
    if (value.isPresent() && !hasLength(value.get())) {
      throw record
          .place()
          .wrong(
              "\"%s\" is %s, which has no length; compare it with equals"
                  .formatted(column, value.get()));
    }
    int length = value.isPresent() ? length(value.get()) : 0;
    return length >= minLength.orElse(0) && length <= maxLength.orElse(Integer.MAX_VALUE);
  }

  private static boolean isEqual(Object value, String text) {
    return value instanceof Boolean
        ? value.toString().equalsIgnoreCase(text)
        : !(value instanceof List || value instanceof Map) && value.toString().equals(text);
  }

  private static boolean hasLength(Object value) {
    return value instanceof String || value instanceof List || value instanceof Map;
  }

  private static int length(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    return value instanceof List<?> list ? list.size() : ((Map<?, ?>) value).size();
  }
}
