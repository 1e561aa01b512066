// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import dev.loam.tokenizer.chat.TemplateException;
import java.util.Arrays;

/** The text of a template, its line breaks made equal and the last of them taken off. */
final class TemplateSource {
  /** Published templates have some ten thousand characters. */
  private static final int MAX_LENGTH = 1 << 18;

  private final String name;
  private final String text;
  private final int[] lineStarts;

  TemplateSource(String name, String raw) {
    this.name = name;
    if (raw.length() > MAX_LENGTH) {
      throw new TemplateException(
          name, 1, 1, raw.length() + " characters, more than the " + MAX_LENGTH + " that are read");
    }
    String lines = raw.replace("\r\n", "\n").replace('\r', '\n');
    this.text = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    this.lineStarts = lineStarts(text);
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[1 + (int) text.chars().filter(c -> c == '\n').count()];
    int line = 0;
    for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      starts[++line] = i + 1;
    }
    return starts;
  }

  String text() {
    return text;
  }

  Position position(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    int line = found >= 0 ? found : -found - 2;
    return new Position(line + 1, offset - lineStarts[line] + 1);
  }

  TemplateException error(int offset, String problem) {
    return error(position(offset), problem);
  }

  TemplateException error(Position at, String problem) {
    return new TemplateException(name, at.line(), at.column(), problem);
  }
}
