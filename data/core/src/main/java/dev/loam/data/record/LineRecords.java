// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.internal.Utf8Lines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What readers of lines have in common. A byte order mark at the start of the file is left out. */
abstract class LineRecords implements RecordReader {
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final Path file;
  private final Utf8Lines lines;

  LineRecords(Path file) throws IOException {
    this.file = file;
    this.lines = new Utf8Lines(file);
  }

  final Optional<Utf8Lines.Line> nextLine() throws IOException {
    Optional<Utf8Lines.Line> next = lines.next();
    if (next.isPresent() && next.get().number() == 1) {
      Utf8Lines.Line line = next.get();
      if (line.text().startsWith(BYTE_ORDER_MARK)) {
        String text = line.text().substring(BYTE_ORDER_MARK.length());
        return Optional.of(new Utf8Lines.Line(text, line.end(), line.number()));
      }
    }
    return next;
  }

  final RecordPlace place(long line) {
    return RecordPlace.line(file, line);
  }

  @Override
  public final long bytesRead() {
    return lines.bytesRead();
  }

  @Override
  public final long totalBytes() {
    return lines.size();
  }

  @Override
  public final void close() throws IOException {
    lines.close();
  }
}
