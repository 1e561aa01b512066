// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Writes files and reads them as records. */
final class Records {
  private Records() {}

  static List<DataRecord> read(Path... files) throws IOException {
    return all(RecordFiles.open(List.of(files)));
  }

  static List<DataRecord> all(RecordReader reader) throws IOException {
    List<DataRecord> records = new ArrayList<>();
    try (reader) {
      for (Optional<DataRecord> r = reader.next(); r.isPresent(); r = reader.next()) {
        records.add(r.get());
      }
    }
    return records;
  }

  static List<Map<String, Object>> values(Path file) throws IOException {
    return read(file).stream().map(DataRecord::values).toList();
  }

  static Path write(Path file, String text) throws IOException {
    return write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  static Path write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(content);
    }
    return file;
  }
}
