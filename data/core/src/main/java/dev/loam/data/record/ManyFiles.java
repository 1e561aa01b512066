// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The records of several files, one file after the other, one open at a time. */
final class ManyFiles implements RecordReader {
  private final Iterator<Path> files;
  private final RecordFormat format;
  private final long total;
  private long finished;
  private @Nullable RecordReader current;

  ManyFiles(List<Path> files, RecordFormat format) throws IOException {
    this.files = files.iterator();
    this.format = format;
    long sum = 0;
    for (Path file : files) {
      sum += Files.size(file);
    }
    this.total = sum;
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    while (true) {
      RecordReader reader = current;
      if (reader == null) {
        if (!files.hasNext()) {
          return Optional.empty();
        }
        reader = Formats.open(files.next(), format);
        current = reader;
      }
      Optional<DataRecord> next = reader.next();
      if (next.isPresent()) {
        return next;
      }
      finished += reader.totalBytes();
      close();
    }
  }

  @Override
  public long bytesRead() {
    RecordReader reader = current;
    return finished + (reader == null ? 0 : reader.bytesRead());
  }

  @Override
  public long totalBytes() {
    return total;
  }

  @Override
  public void close() throws IOException {
    RecordReader reader = current;
    if (reader != null) {
      current = null;
      reader.close();
    }
  }
}
