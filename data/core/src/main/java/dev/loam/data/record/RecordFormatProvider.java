// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a format this module cannot read by itself. Found with {@link java.util.ServiceLoader}; the
 * provider of Parquet is in {@code dev.loam:loam-data-parquet}.
 */
public interface RecordFormatProvider {
  /** The format that is read. */
  RecordFormat format();

  /** Opens a file. */
  RecordReader open(Path file) throws IOException;
}
