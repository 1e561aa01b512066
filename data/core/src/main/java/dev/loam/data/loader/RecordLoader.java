// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordFormat;
import dev.loam.data.record.RecordPlace;
import dev.loam.data.record.RecordReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads files into a table: the records of each split once, whatever is then taken of them. */
final class RecordLoader {
  private static final int MAX_COLUMNS = 10_000;

  private final RecordSpool records;
  private final Set<String> columns = new LinkedHashSet<>();

  /** Where the records of each split are: the first, and the one after the last. */
  private final Map<String, int[]> splits = new LinkedHashMap<>();

  private RecordLoader(RecordSpool records) {
    this.records = records;
  }

  static RecordTable load(DatasetFiles files, SplitSelection selection) throws IOException {
    RecordSpool records = new RecordSpool();
    try {
      RecordTable table = new RecordLoader(records).read(files, selection);
      records.finish();
      return table;
    } catch (IOException | RuntimeException | Error e) {
      records.close();
      throw e;
    }
  }

  private RecordTable read(DatasetFiles files, SplitSelection selection) throws IOException {
    List<int[]> ranges = new ArrayList<>();
    int size = 0;
    for (SplitSelection.Part part : selection.parts()) {
      if (!splits.containsKey(part.split())) {
        splits.put(part.split(), readAll(files.of(part.split()), files.format()));
      }
      int[] range = part.of(splits.get(part.split()));
      ranges.add(range);
      size = Math.addExact(size, range[1] - range[0]);
    }
    int[] order = new int[size];
    int at = 0;
    for (int[] range : ranges) {
      for (int i = range[0]; i < range[1]; i++) {
        order[at++] = i;
      }
    }
    return new RecordTable(records, order, columns.stream().map(Column::of).toList());
  }

  private int[] readAll(List<Path> files, Optional<RecordFormat> format) throws IOException {
    int first = records.size();
    try (RecordReader reader =
        format.isPresent() ? RecordFiles.open(files, format.get()) : RecordFiles.open(files)) {
      for (Optional<DataRecord> next = reader.next(); next.isPresent(); next = reader.next()) {
        DataRecord record = next.get();
        columns.addAll(record.values().keySet());
        requireColumns(columns.size(), record.place());
        records.add(record);
      }
    }
    return new int[] {first, records.size()};
  }

  static void requireColumns(int count, RecordPlace place) {
    if (count > MAX_COLUMNS) {
      throw place.wrong(
          "more than "
              + MAX_COLUMNS
              + " different names so far; records are to have the same names, so make the names"
              + " that differ values");
    }
  }
}
