// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.parquet;

import dev.loam.data.record.RecordFormat;
import dev.loam.data.record.RecordFormatProvider;
import dev.loam.data.record.RecordReader;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Makes {@link dev.loam.data.record.RecordFiles} read Apache Parquet: columns of strings, booleans,
 * integers, floats, lists, maps and structs, not compressed or compressed with Snappy, Zstandard,
 * gzip or LZ4. Dates and times are the integers that are stored. Columns of other types are left
 * out, with a warning. A row group is held in memory, compressed.
 */
public final class ParquetFormat implements RecordFormatProvider {
  /** For {@link java.util.ServiceLoader}. */
  public ParquetFormat() {}

  @Override
  public RecordFormat format() {
    return RecordFormat.PARQUET;
  }

  @Override
  public RecordReader open(Path file) throws IOException {
    return new ParquetRecords(file);
  }
}
