// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.DataFormatException;
import java.util.List;

/**
 * One of the operations that make another table of a table, in the order they are written in a
 * configuration. Names and arguments are those of Hugging Face's {@code Dataset}, except for {@link
 * Filter}, whose condition there is a Python function.
 */
public sealed interface RecordHandler {
  /** What a configuration calls it. */
  String name();

  /**
   * Makes the table.
   *
   * @throws DataFormatException if the table is not fit for it
   */
  RecordTable apply(RecordTable table);

  /**
   * Makes a table by all handlers, one after the other.
   *
   * @throws DataFormatException naming the handler that the table is not fit for
   */
  static RecordTable applyAll(RecordTable table, List<RecordHandler> handlers) {
    RecordTable result = table;
    for (int i = 0; i < handlers.size(); i++) {
      try {
        result = handlers.get(i).apply(result);
      } catch (DataFormatException e) {
        throw new DataFormatException(
            "handler %d, %s: %s".formatted(i + 1, handlers.get(i).name(), e.getMessage()), e);
      }
    }
    return result;
  }

  /** The first records; see {@link RecordTable#take}. */
  record Take(int n) implements RecordHandler {
    @Override
    public String name() {
      return "take";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.take(n);
    }
  }

  /** All but the first records; see {@link RecordTable#skip}. */
  record Skip(int n) implements RecordHandler {
    @Override
    public String name() {
      return "skip";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.skip(n);
    }
  }

  /** Some records; see {@link RecordTable#select}. */
  record Select(List<Integer> indices) implements RecordHandler {
    /** Copies the list. */
    public Select {
      indices = List.copyOf(indices);
    }

    @Override
    public String name() {
      return "select";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.select(indices);
    }
  }

  /** A random order; see {@link RecordTable#shuffle}. */
  record Shuffle(long seed) implements RecordHandler {
    @Override
    public String name() {
      return "shuffle";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.shuffle(seed);
    }
  }

  /** The order of values; see {@link RecordTable#sort}. */
  record Sort(SortOrder by) implements RecordHandler {
    @Override
    public String name() {
      return "sort";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.sort(by);
    }
  }

  /** The records that meet a condition; see {@link RecordTable#filter}. */
  record Filter(RecordCondition condition) implements RecordHandler {
    @Override
    public String name() {
      return "filter";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      table.column(condition.column());
      return table.filter(condition);
    }
  }

  /** Another name; see {@link RecordTable#renameColumn}. */
  record RenameColumn(String originalName, String newName) implements RecordHandler {
    @Override
    public String name() {
      return "rename_column";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.renameColumn(originalName, newName);
    }
  }

  /** Fewer columns; see {@link RecordTable#removeColumns}. */
  record RemoveColumns(List<String> names) implements RecordHandler {
    /** Copies the list. */
    public RemoveColumns {
      names = List.copyOf(names);
    }

    @Override
    public String name() {
      return "remove_columns";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.removeColumns(names);
    }
  }

  /** Only some columns; see {@link RecordTable#selectColumns}. */
  record SelectColumns(List<String> names) implements RecordHandler {
    /** Copies the list. */
    public SelectColumns {
      names = List.copyOf(names);
    }

    @Override
    public String name() {
      return "select_columns";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.selectColumns(names);
    }
  }

  /** A column for each inner field; see {@link RecordTable#flatten}. */
  record Flatten() implements RecordHandler {
    @Override
    public String name() {
      return "flatten";
    }

    @Override
    public RecordTable apply(RecordTable table) {
      return table.flatten();
    }
  }
}
