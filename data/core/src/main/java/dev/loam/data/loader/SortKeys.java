// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.record.DataRecord;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values of one column, to be compared. */
final class SortKeys {
  /** What values can be compared with each other. */
  private enum Kind {
    TEXT,
    NUMBER,
    FLAG
  }

  private final Object[] values;

  private SortKeys(Object[] values) {
    this.values = values;
  }

  /**
   * Reads a column.
   *
   * @throws dev.loam.data.DataFormatException if its values have no order
   */
  static SortKeys read(RecordTable table, Column column) {
    Object[] values = new Object[table.size()];
    Optional<Kind> kind = Optional.empty();
    for (int i = 0; i < values.length; i++) {
      DataRecord stored = table.stored(i);
      values[i] = column.of(stored);
      if (values[i] instanceof Optional) {
        continue;
      }
      Kind own = kind(values[i], column, stored);
      if (kind.isPresent() && kind.get() != own) {
        throw stored
            .place()
            .wrong(
                "\"%s\" is a %s, in records before a %s; they have no common order"
                    .formatted(column.name(), name(own), name(kind.get())));
      }
      kind = Optional.of(own);
    }
    return new SortKeys(values);
  }

  private static Kind kind(Object value, Column column, DataRecord record) {
    if (value instanceof List || value instanceof Map) {
      throw record
          .place()
          .wrong(
              "\"%s\" is %s, which has no order; sort by texts, numbers or booleans"
                  .formatted(column.name(), value instanceof List ? "a list" : "an object"));
    }
    if (value instanceof Number) {
      return Kind.NUMBER;
    }
    return value instanceof Boolean ? Kind.FLAG : Kind.TEXT;
  }

  private static String name(Kind kind) {
    return switch (kind) {
      case TEXT -> "text";
      case NUMBER -> "number";
      case FLAG -> "boolean";
    };
  }

  /** Compares the values of two records; what has no place among the values keeps to its end. */
  int compare(int a, int b, boolean reverse, boolean nullsFirst) {
    int classes = Integer.compare(rank(values[a]), rank(values[b]));
    if (classes != 0) {
      return nullsFirst ? -classes : classes;
    }
    if (rank(values[a]) > 0) {
      return 0;
    }
    int result = compare(values[a], values[b]);
    return reverse ? -result : result;
  }

  /** 0 for values, 1 for NaN, 2 for null. */
  private static int rank(Object value) {
    if (value instanceof Optional) {
      return 2;
    }
    return value instanceof Double number && number.isNaN() ? 1 : 0;
  }

  private static int compare(Object a, Object b) {
    if (a instanceof String text) {
      return compareCodePoints(text, (String) b);
    }
    if (a instanceof Boolean flag) {
      return flag.compareTo((Boolean) b);
    }
    if (a instanceof Long first && b instanceof Long second) {
      return first.compareTo(second);
    }
    double first = ((Number) a).doubleValue();
    double second = ((Number) b).doubleValue();
    // 0 and -0 are equal here; beyond 2^53 only whole numbers of any size tell the difference.
    return first != second || Double.isInfinite(first)
        ? Double.compare(first, second)
        : exact(a).compareTo(exact(b));
  }

  private static BigDecimal exact(Object number) {
    if (number instanceof Double real) {
      return new BigDecimal(real);
    }
    return number instanceof BigInteger big
        ? new BigDecimal(big)
        : BigDecimal.valueOf((Long) number);
  }

  /** The order of the texts in UTF-8: characters beyond the first 65536 come last. */
  private static int compareCodePoints(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      if (a.charAt(i) != b.charAt(i)) {
        boolean beyond = Character.isSurrogate(a.charAt(i));
        return beyond == Character.isSurrogate(b.charAt(i))
            ? Character.compare(a.charAt(i), b.charAt(i))
            : beyond ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
