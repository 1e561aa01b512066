// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import dev.loam.data.internal.PythonText;
import dev.loam.data.internal.Utf8Lines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A record for each run of lines without a blank one between them, the white space around it left
 * out.
 */
final class ParagraphRecords extends LineRecords {
  private static final int MAX_LENGTH = 1 << 28;

  ParagraphRecords(Path file) throws IOException {
    super(file);
  }

  @Override
  public Optional<DataRecord> next() throws IOException {
    StringBuilder paragraph = new StringBuilder();
    long start = 0;
    for (Optional<Utf8Lines.Line> next = nextLine(); next.isPresent(); next = nextLine()) {
      Utf8Lines.Line line = next.get();
      boolean blank = PythonText.strip(line.text()).isEmpty();
      if (blank && start > 0) {
        break;
      }
      if (!blank) {
        start = start == 0 ? line.number() : start;
        append(paragraph, line.text(), start);
      }
    }
    return start == 0
        ? Optional.empty()
        : Optional.of(
            new DataRecord(place(start), Map.of("text", PythonText.strip(paragraph.toString()))));
  }

  private void append(StringBuilder paragraph, String line, long start) {
    if (paragraph.length() > MAX_LENGTH - line.length()) {
      throw place(start)
          .wrong("a paragraph of more than 256 Mi characters; separate documents by blank lines");
    }
    paragraph.append(line).append('\n');
  }
}
