// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.wikitext;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.AtomicOutput;
import dev.loam.data.internal.PythonText;
import dev.loam.data.internal.Utf8Lines;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Turns a raw WikiText file into JSON lines, {@code {"text": "...", "id": "0"}}: one object for
 * each paragraph, the spaces around tokens undone, headings left out. Paragraphs are separated by
 * blank lines. The output is byte for byte that of the {@code gen_wiki_json.py} customary with
 * MindFormers. The file is read as a stream.
 */
public final class WikitextCleaner {
  private final Writer out;
  private final StringBuilder paragraph = new StringBuilder();
  private long paragraphs;

  private WikitextCleaner(Writer out) {
    this.out = out;
  }

  /**
   * Cleans a file. The output appears under its name only once it is complete.
   *
   * @return the number of paragraphs written
   * @throws DataFormatException if the input is not UTF-8, naming the byte
   * @throws IOException if reading or writing fails
   */
  public static long clean(Path input, Path output) throws IOException {
    try (Utf8Lines lines = new Utf8Lines(input);
        AtomicOutput file = new AtomicOutput(output)) {
      WikitextCleaner cleaner = new WikitextCleaner(file.writer());
      cleaner.run(lines);
      file.commit();
      return cleaner.paragraphs;
    }
  }

  private void run(Utf8Lines lines) throws IOException {
    for (Optional<Utf8Lines.Line> next = lines.next(); next.isPresent(); next = lines.next()) {
      Utf8Lines.Line line = next.get();
      if (PythonText.strip(line.text()).isEmpty()) {
        endParagraph();
      } else {
        paragraph.append(line.text());
        if (line.terminated()) {
          paragraph.append('\n');
        }
      }
    }
    endParagraph();
  }

  private void endParagraph() throws IOException {
    String text = PythonText.strip(paragraph.toString());
    paragraph.setLength(0);
    if (text.isEmpty() || text.startsWith("=")) {
      return;
    }
    StringBuilder json = new StringBuilder("{\"text\": ");
    PythonText.appendJson(json, WikitextRules.clean(text));
    json.append(", \"id\": \"").append(paragraphs).append("\"}\n");
    out.append(json);
    paragraphs++;
  }
}
