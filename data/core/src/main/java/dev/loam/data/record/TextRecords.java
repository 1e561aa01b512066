// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A record for each line. */
final class TextRecords extends LineRecords {
  TextRecords(Path file) throws IOException {
    super(file);
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    return nextLine()
        .map(line -> new DataRecord(place(line.number()), Map.of("text", line.text())));
  }
}
