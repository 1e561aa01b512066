// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Cuts an input into batches. For one thread. */
interface BatchSource extends AutoCloseable {
  /** The next batch, or nothing at the end. */
  Optional<Batch> next() throws IOException;

  /** Bytes of the file, compressed or not, that have been read. */
  long bytesRead();

  /** The size of the file. */
  long size();

  @Override
  void close() throws IOException;

  /** Opens a file: lines are left to the workers, everything else is parsed here. */
  static BatchSource open(Path file, PreprocessOptions options) throws IOException {
    RecordFormat format =
        options.format().or(() -> RecordFormat.ofName(file)).orElse(RecordFormat.JSON_LINES);
    if (format == RecordFormat.JSON) {
      format = RecordFiles.jsonFormat(file);
    }
    return switch (format) {
      case JSON_LINES -> new LineSource(file, new JsonTexts(options.jsonKeys()));
      case TEXT -> {
        if (!options.jsonKeys().equals(List.of("text"))) {
          throw new DataFormatException(
              file + ": lines of text have the one field \"text\", not " + options.jsonKeys());
        }
        yield new LineSource(file, new PlainTexts());
      }
      default -> new RecordSource(file, format, options.jsonKeys());
    };
  }
}
