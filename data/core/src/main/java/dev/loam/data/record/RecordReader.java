// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.io.IOException;
import java.util.Optional;

/** Gives records one after the other, holding no more than a few of them. For one thread. */
public interface RecordReader extends AutoCloseable {
  /**
   * The next record, or nothing after the last.
   *
   * @throws dev.loam.data.DataFormatException if the file cannot be understood, naming the place;
   *     after it only a reader that works line by line can go on
   * @throws IOException if reading fails
   */
  Optional<DataRecord> next() throws IOException;

  /** Bytes of the files, compressed or not, that have been read, the measure of progress. */
  long bytesRead();

  /** Bytes of all files. */
  long totalBytes();

  @Override
  void close() throws IOException;
}
