// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordFormat;
import dev.loam.data.record.RecordReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a model is judged by. */
sealed interface EvaluationInput {
  /** Texts, each by itself. */
  record Texts(List<String> texts) implements EvaluationInput {}

  /** Questions and answers. */
  record Rows(List<DataRecord> rows) implements EvaluationInput {}

  /**
   * Reads a file: records, which all have a text or none, or else one text.
   *
   * @param key the field with the text
   */
  static EvaluationInput read(Path file, String key) throws IOException {
    InputFiles.require(file, "text, or records of texts or of instruction data");
    Optional<RecordFormat> format = RecordFormat.ofName(file);
    if (format.isEmpty() || format.get() == RecordFormat.TEXT) {
      return new Texts(List.of(TextInput.read(file, "text")));
    }
    List<DataRecord> rows = new ArrayList<>();
    try (RecordReader reader = RecordFiles.open(List.of(file))) {
      for (Optional<DataRecord> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
    }
    if (rows.isEmpty()) {
      throw new UsageException(file + ": no records");
    }
    return rows.get(0).has(key)
        ? new Texts(rows.stream().map(row -> row.requireText(key)).toList())
        : new Rows(rows);
  }
}
