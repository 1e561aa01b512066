// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.loader.RecordSource;
import dev.loam.data.loader.RecordTable;
import dev.loam.data.record.RecordFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What a model is judged by. */
sealed interface EvaluationInput extends AutoCloseable {
  /** Texts, each by itself. */
  record Texts(List<String> texts) implements EvaluationInput {
    @Override
    public void close() {}
  }

  /**
   * Questions and answers.
   *
   * @param table closed with this
   */
  record Rows(RecordTable table) implements EvaluationInput {
    @Override
    public void close() {
      table.close();
    }
  }

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
    RecordTable table = RecordSource.of(file.toString()).open();
    if (!table.columns().contains(key)) {
      return new Rows(table);
    }
    try (table) {
      return new Texts(
          IntStream.range(0, table.size()).mapToObj(i -> table.get(i).requireText(key)).toList());
    }
  }

  @Override
  void close();
}
