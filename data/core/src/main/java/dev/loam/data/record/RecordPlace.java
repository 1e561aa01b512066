// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.DataFormatException;
import java.nio.file.Path;

/**
 * Where a record came from.
 *
 * @param file the file
 * @param unit what is counted
 * @param number of the record's first line, or of the record, in the file; the first is 1
 */
public record RecordPlace(Path file, Unit unit, long number) {
  /** What is counted. */
  public enum Unit {
    /** Lines. */
    LINE,
    /** Records. */
    RECORD
  }

  /** A line of a file. */
  public static RecordPlace line(Path file, long number) {
    return new RecordPlace(file, Unit.LINE, number);
  }

  /** A record of a file that has no lines. */
  public static RecordPlace record(Path file, long number) {
    return new RecordPlace(file, Unit.RECORD, number);
  }

  /** Something wrong with the record. */
  public DataFormatException wrong(String problem) {
    return new DataFormatException(this + ": " + problem);
  }

  /** The start of a message: {@code FILE:LINE} or {@code FILE, record NUMBER}. */
  @Override
  public String toString() {
    return unit == Unit.LINE ? file + ":" + number : file + ", record " + number;
  }
}
