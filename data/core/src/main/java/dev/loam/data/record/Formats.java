// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.InputSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** Opens a file in its format. */
final class Formats {
  private static final int BYTE_ORDER_MARK_LENGTH = 3;

  private Formats() {}

  static RecordReader open(Path file, RecordFormat format) throws IOException {
    return switch (format) {
      case JSON_LINES -> new JsonLinesRecords(file);
      case JSON -> startsWithBrace(file) ? new JsonLinesRecords(file) : new JsonArrayRecords(file);
      case CSV -> new CsvRecords(file, ',');
      case TSV -> new CsvRecords(file, '\t');
      case TEXT -> new TextRecords(file);
      case PARAGRAPHS -> new ParagraphRecords(file);
      case PARQUET -> provided(file, format);
    };
  }

  /** Whether the first character that counts is a brace, so that it cannot be an array. */
  static boolean startsWithBrace(Path file) throws IOException {
    try (InputSource in = InputSource.open(file)) {
      byte[] start = in.readNBytes(BYTE_ORDER_MARK_LENGTH);
      boolean marked =
          start.length == BYTE_ORDER_MARK_LENGTH
              && (start[0] & 0xff) == 0xef
              && (start[1] & 0xff) == 0xbb
              && (start[2] & 0xff) == 0xbf;
      if (!marked) {
        for (byte b : start) {
          if (!isSpace(b)) {
            return b == '{';
          }
        }
      }
      byte[] buffer = new byte[1 << 12];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        for (int i = 0; i < count; i++) {
          if (!isSpace(buffer[i])) {
            return buffer[i] == '{';
          }
        }
      }
      return false;
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }

  private static RecordReader provided(Path file, RecordFormat format) throws IOException {
    for (RecordFormatProvider provider : ServiceLoader.load(RecordFormatProvider.class)) {
      if (provider.format() == format) {
        return provider.open(file);
      }
    }
    throw new DataFormatException(
        file
            + ": reading Parquet needs the artifact dev.loam:loam-data-parquet on the class path;"
            + " add it, or convert the file to JSON lines");
  }
}
