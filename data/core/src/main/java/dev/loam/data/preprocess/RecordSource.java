// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordFormat;
import dev.loam.data.record.RecordReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Records, a few at a time. */
final class RecordSource implements BatchSource {
  private static final int MAX_RECORDS = 1024;
  private static final int MAX_CHARACTERS = 1 << 18;

  private final Path file;
  private final List<String> keys;
  private final RecordReader reader;
  private boolean started;

  RecordSource(Path file, RecordFormat format, List<String> keys) throws IOException {
    this.file = file;
    this.keys = keys;
    this.reader = RecordFiles.open(List.of(file), format);
  }

  @Override
  public Optional<Batch> next() throws IOException {
    List<DataRecord> records = new ArrayList<>();
    int characters = 0;
    while (records.size() < MAX_RECORDS && characters < MAX_CHARACTERS) {
      Optional<DataRecord> record = reader.next();
      if (record.isEmpty()) {
        break;
      }
      records.add(record.get());
      for (String key : keys) {
        characters += RecordBatch.length(record.get(), key);
      }
    }
    if (records.isEmpty()) {
      return Optional.empty();
    }
    boolean first = !started;
    started = true;
    return Optional.of(new RecordBatch(file, first, records, keys));
  }

  @Override
  public long bytesRead() {
    return reader.bytesRead();
  }

  @Override
  public long size() {
    return reader.totalBytes();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
