// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a table is sorted by. Texts are compared by their code points, false comes before true, and
 * numbers that are none (NaN) stand between the others and the nulls.
 *
 * @param columns the first counts most
 * @param reverse for each column, whether its largest values come first
 * @param nullsFirst whether nulls come before all values rather than after them, reversed or not
 */
public record SortOrder(List<String> columns, List<Boolean> reverse, boolean nullsFirst) {
  /** Copies the lists. */
  public SortOrder {
    columns = List.copyOf(columns);
    reverse = List.copyOf(reverse);
    if (columns.isEmpty() || columns.size() != reverse.size()) {
      throw new IllegalArgumentException(
          columns.size() + " columns to sort by, " + reverse.size() + " directions");
    }
  }

  /** The indices of a table's records in this order. */
  int[] sorted(RecordTable table) {
    SortKeys[] keys = new SortKeys[columns.size()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = SortKeys.read(table, table.column(columns.get(i)));
    }
    Comparator<Integer> comparator =
        (a, b) -> {
          int result = 0;
          for (int i = 0; i < keys.length && result == 0; i++) {
            result = keys[i].compare(a, b, reverse.get(i), nullsFirst);
          }
          return result;
        };
    Integer[] indices = IntStream.range(0, table.size()).boxed().toArray(Integer[]::new);
    Arrays.sort(indices, comparator);
    return Arrays.stream(indices).mapToInt(Integer::intValue).toArray();
  }
}
