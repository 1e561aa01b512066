// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Records in an order, all with the same columns. Operations give another table and leave this one
 * as it is; they have the names and the results of those of Hugging Face's {@code Dataset}.
 *
 * <p>The records themselves are in a temporary file that all tables made from one another share:
 * closing one of them closes all. In memory there are twelve bytes for each record. Safe for use by
 * several threads; interrupting one that reads closes the table.
 */
public final class RecordTable implements AutoCloseable {
  private final RecordSpool records;
  private final int[] order;
  private final List<Column> columns;

  RecordTable(RecordSpool records, int[] order, List<Column> columns) {
    this.records = records;
    this.order = order;
    this.columns = List.copyOf(columns);
  }

  /** The number of records. */
  public int size() {
    return order.length;
  }

  /** The names of the columns, in order. */
  public List<String> columns() {
    return columns.stream().map(Column::name).toList();
  }

  List<Column> columnList() {
    return columns;
  }

  /**
   * A record, with a value for every column, null where the file has none.
   *
   * @throws IndexOutOfBoundsException unless {@code 0 <= index < size()}
   */
  public DataRecord get(int index) {
    DataRecord stored = stored(index);
    Map<String, Object> values = new LinkedHashMap<>();
    for (Column column : columns) {
      values.put(column.name(), column.of(stored));
    }
    return new DataRecord(stored.place(), values);
  }

  /** A record as the file has it. */
  DataRecord stored(int index) {
    return records.get(order[Objects.checkIndex(index, order.length)]);
  }

  /** The first records; all where there are fewer. */
  public RecordTable take(int count) {
    return ordered(Arrays.copyOf(order, Math.min(notNegative(count), order.length)));
  }

  /** All but the first records. */
  public RecordTable skip(int count) {
    return ordered(
        Arrays.copyOfRange(order, Math.min(notNegative(count), order.length), order.length));
  }

  private static int notNegative(int count) {
    if (count < 0) {
      throw new DataFormatException(count + " records; a number from 0 on is needed");
    }
    return count;
  }

  /** The records at the given indices, in that order, repeated where an index is. */
  public RecordTable select(List<Integer> indices) {
    int[] selected = new int[indices.size()];
    for (int i = 0; i < selected.length; i++) {
      int index = indices.get(i);
      if (index < 0 || index >= order.length) {
        throw new DataFormatException("index " + index + " of a table of " + order.length);
      }
      selected[i] = order[index];
    }
    return ordered(selected);
  }

  /**
   * The records in the order of numpy's {@code default_rng(seed).permutation(size)}.
   *
   * @param seed not negative
   */
  public RecordTable shuffle(long seed) {
    int[] permutation = new Pcg64(seed).permutation(order.length);
    return ordered(Arrays.stream(permutation).map(i -> order[i]).toArray());
  }

  /** The records that are wanted; all are read once. */
  public RecordTable filter(Predicate<DataRecord> wanted) {
    int[] kept = new int[order.length];
    int count = 0;
    for (int i = 0; i < order.length; i++) {
      if (wanted.test(get(i))) {
        kept[count++] = order[i];
      }
    }
    return ordered(Arrays.copyOf(kept, count));
  }

  /** The records in the order of values; those with equal values stay in the order they have. */
  public RecordTable sort(SortOrder by) {
    by.columns().forEach(this::column);
    int[] sorted = by.sorted(this);
    return ordered(Arrays.stream(sorted).map(i -> order[i]).toArray());
  }

  /**
   * The same with one column under another name.
   *
   * @throws DataFormatException if there is no such column, or one of the new name
   */
  public RecordTable renameColumn(String name, String newName) {
    Column renamed = column(name);
    if (newName.isEmpty()) {
      throw new DataFormatException("column \"" + name + "\" cannot have an empty name");
    }
    return withColumns(
        columns.stream().map(c -> c.equals(renamed) ? c.renamed(newName) : c).toList());
  }

  /** The same without some columns. */
  public RecordTable removeColumns(List<String> names) {
    Set<Column> removed = new HashSet<>(columns(names));
    return withColumns(columns.stream().filter(column -> !removed.contains(column)).toList());
  }

  /** The same with some of the columns only, in the order given. */
  public RecordTable selectColumns(List<String> names) {
    return withColumns(columns(names));
  }

  /**
   * The same with a column {@code a.b} for each field b of the values of column a, and so on
   * inwards; all records are read once to know the fields.
   */
  public RecordTable flatten() {
    return withColumns(Fields.of(this));
  }

  private List<Column> columns(List<String> names) {
    List<Column> found = new ArrayList<>();
    for (String name : names) {
      found.add(column(name));
    }
    return found;
  }

  Column column(String name) {
    return columns.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new DataFormatException("no column \"" + name + "\"; there are " + columns()));
  }

  private RecordTable ordered(int[] newOrder) {
    return new RecordTable(records, newOrder, columns);
  }

  private RecordTable withColumns(List<Column> newColumns) {
    Set<String> names = new HashSet<>();
    for (Column column : newColumns) {
      if (!names.add(column.name())) {
        throw new DataFormatException(
            "there would be two columns \"" + column.name() + "\"; rename or remove one first");
      }
    }
    return new RecordTable(records, order, newColumns);
  }

  @Override
  public void close() {
    records.close();
  }
}
