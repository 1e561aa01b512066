// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.parquet;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordPlace;
import dev.loam.data.record.RecordReader;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file, one row group after the other. */
final class ParquetRecords implements RecordReader {
  private final Path file;
  private final long size;
  private final ParquetFileReader reader;
  private final MessageType schema;
  private org.apache.parquet.io.@Nullable RecordReader<Group> rows;
  private long rowsLeft;
  private long groupRows;
  private int group = -1;
  private long records;

  ParquetRecords(Path file) throws IOException {
    this.file = file;
    this.size = Files.size(file);
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new Codecs(file))
            .build();
    try {
      this.reader = ParquetFileReader.open(new LocalInputFile(file), options);
    } catch (IOException | RuntimeException e) {
      throw broken(e);
    }
    try {
      checkPlaces();
      this.schema = Columns.readable(file, reader.getFileMetaData().getSchema());
      reader.setRequestedSchema(schema);
    } catch (RuntimeException e) {
      reader.close();
      throw damage(e);
    }
  }

  /**
   * That what the footer says to read lies within the file, so that no size is believed blindly.
   */
  private void checkPlaces() {
    for (BlockMetaData block : reader.getRowGroups()) {
      for (ColumnChunkMetaData column : block.getColumns()) {
        long start = column.getStartingPos();
        long length = column.getTotalSize();
        if (start < 0 || length < 0 || start > size - length || block.getRowCount() < 0) {
          throw new DataFormatException(
              "%s: column %s lies at bytes %d to %d of a file of %d; fetch the file again"
                  .formatted(file, column.getPath(), start, start + length, size));
        }
      }
    }
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    try {
      while (rowsLeft == 0) {
        if (!nextGroup()) {
          return Optional.empty();
        }
      }
      org.apache.parquet.io.RecordReader<Group> current = rows;
      if (current == null) {
        return Optional.empty();
      }
      RecordPlace place = RecordPlace.record(file, records + 1);
      Map<String, Object> values = new GroupValues(place).struct(current.read());
      rowsLeft--;
      records++;
      return Optional.of(new DataRecord(place, values));
    } catch (IOException | RuntimeException e) {
      throw broken(e);
    }
  }

  private boolean nextGroup() throws IOException {
    PageReadStore pages = reader.readNextRowGroup();
    if (pages == null) {
      return false;
    }
    MessageColumnIO columns = new ColumnIOFactory().getColumnIO(schema);
    rows = columns.getRecordReader(pages, new GroupRecordConverter(schema));
    groupRows = pages.getRowCount();
    rowsLeft = groupRows;
    group++;
    return true;
  }

  /** What went wrong: the parser reports damage as errors of input, too. */
  private RuntimeException broken(Exception e) throws IOException {
    if (e instanceof FileSystemException problem) {
      throw problem;
    }
    return damage(e);
  }

  private DataFormatException damage(Exception e) {
    if (e instanceof DataFormatException known) {
      return known;
    }
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return new DataFormatException(
        "%s: not a Parquet file that can be read, after %d records (%s); fetch it again, or convert"
                .formatted(file, records, cause)
            + " it to JSON lines",
        e);
  }

  @Override
  public long bytesRead() {
    if (group < 0) {
      return 0;
    }
    long before = 0;
    for (int i = 0; i < group; i++) {
      before += reader.getRowGroups().get(i).getCompressedSize();
    }
    double done = groupRows == 0 ? 1 : 1 - (double) rowsLeft / groupRows;
    long now = before + (long) (reader.getRowGroups().get(group).getCompressedSize() * done);
    boolean last = group + 1 == reader.getRowGroups().size() && rowsLeft == 0;
    return last ? size : Math.min(size, now);
  }

  @Override
  public long totalBytes() {
    return size;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
