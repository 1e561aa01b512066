// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.internal.Utf8Lines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows under the names of the first row; rows without anything are left out. */
final class CsvRecords extends LineRecords {
  private static final int MAX_ROW = 1 << 28;

  private final char separator;
  private List<String> names = List.of();
  private long rowLine;

  CsvRecords(Path file, char separator) throws IOException {
    super(file);
    this.separator = separator;
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    if (names.isEmpty()) {
      Optional<List<String>> header = row();
      if (header.isEmpty()) {
        return Optional.empty();
      }
      names = checkedNames(header.get());
    }
    Optional<List<String>> row = row();
    return row.isEmpty() ? Optional.empty() : Optional.of(record(row.get()));
  }

  private List<String> checkedNames(List<String> header) {
    for (int i = 0; i < header.size(); i++) {
      if (header.indexOf(header.get(i)) < i) {
        throw place(rowLine)
            .wrong("column \"%s\" is there twice; give each its own name".formatted(header.get(i)));
      }
    }
    return header;
  }

  private DataRecord record(List<String> fields) {
    if (fields.size() != names.size()) {
      throw place(rowLine)
          .wrong(
              "%d fields where the first row names %d %s; quote fields that contain a separator"
                  .formatted(fields.size(), names.size(), names));
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < fields.size(); i++) {
      values.put(names.get(i), fields.get(i));
    }
    return new DataRecord(place(rowLine), new LinkedHashMap<>(values));
  }

  /** The next row that has anything. */
  private Optional<List<String>> row() throws IOException {
    for (Optional<Utf8Lines.Line> next = nextLine(); next.isPresent(); next = nextLine()) {
      Utf8Lines.Line line = next.get();
      if (!line.text().isEmpty()) {
        rowLine = line.number();
        return Optional.of(row(line));
      }
    }
    return Optional.empty();
  }

  private List<String> row(Utf8Lines.Line first) throws IOException {
    CsvRow row = new CsvRow(separator);
    long length = first.text().length();
    row.add(first.text());
    String end = first.end();
    while (row.isOpen()) {
      Optional<Utf8Lines.Line> next = nextLine();
      if (next.isEmpty()) {
        throw place(rowLine).wrong("a quote opens that never closes; write a quote in it twice");
      }
      row.addQuoted(end);
      row.add(next.get().text());
      end = next.get().end();
      length += next.get().text().length();
      if (length > MAX_ROW) {
        throw place(rowLine).wrong("a row of more than 256 Mi characters; is a quote missing?");
      }
    }
    return row.fields();
  }
}
