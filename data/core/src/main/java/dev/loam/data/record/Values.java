// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The values a record can have. */
final class Values {
  private Values() {}

  /** An unmodifiable copy in the types of {@link DataRecord}. */
  static Map<String, Object> copy(Map<?, ?> values) {
    Map<String, Object> copy = new LinkedHashMap<>();
    values.forEach((name, value) -> copy.put((String) name, copy(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object copy(@Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Map<?, ?> map) {
      return copy(map);
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>(list.size());
      list.forEach(element -> copy.add(copy(element)));
      return Collections.unmodifiableList(copy);
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    boolean known =
        value instanceof String
            || value instanceof Long
            || value instanceof Double
            || value instanceof Boolean
            || value instanceof BigInteger
            || (value instanceof Optional<?> optional && optional.isEmpty());
    if (!known) {
      throw new IllegalArgumentException("a record cannot hold a " + value.getClass().getName());
    }
    return value;
  }
}
