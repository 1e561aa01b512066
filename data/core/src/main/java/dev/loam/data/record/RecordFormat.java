// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A format of files with records. All but Parquet may be compressed ({@code .gz}) and are UTF-8.
 */
public enum RecordFormat {
  /** A JSON object on each line: {@code .jsonl}, {@code .ndjson}. */
  JSON_LINES,
  /** An array of JSON objects, or, where the first character is a brace, JSON lines. */
  JSON,
  /** RFC 4180, the first row naming the values, all of which are strings. */
  CSV,
  /** As {@link #CSV}, separated by tabs. */
  TSV,
  /** A record {@code {"text"}} for each line, be it empty. */
  TEXT,
  /** A record {@code {"text"}} for each run of lines without a blank one between them. */
  PARAGRAPHS,
  /** Apache Parquet, with the module {@code loam-data-parquet}. */
  PARQUET;

  private static final String COMPRESSED = ".gz";

  private List<String> extensions() {
    return switch (this) {
      case JSON_LINES -> List.of(".jsonl", ".ndjson");
      case JSON -> List.of(".json");
      case CSV -> List.of(".csv");
      case TSV -> List.of(".tsv");
      case TEXT -> List.of(".txt");
      case PARAGRAPHS -> List.of();
      case PARQUET -> List.of(".parquet");
    };
  }

  /** The format that the extension of a file says, if any does. */
  public static Optional<RecordFormat> ofName(Path file) {
    String whole = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String name =
        whole.endsWith(COMPRESSED)
            ? whole.substring(0, whole.length() - COMPRESSED.length())
            : whole;
    for (RecordFormat format : values()) {
      if (format.extensions().stream().anyMatch(name::endsWith)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** All extensions that are known, with their dots. */
  static List<String> allExtensions() {
    return Arrays.stream(values()).flatMap(format -> format.extensions().stream()).toList();
  }
}
