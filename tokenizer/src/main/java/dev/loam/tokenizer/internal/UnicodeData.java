// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Reads the files with character properties that this package carries, so that they do not depend
 * on the running JDK: on each line a keyword and items, all parted by blanks; {@code #} starts a
 * comment.
 */
final class UnicodeData {
  /** Takes one item at a time. */
  interface Items {
    void item(String keyword, String item);
  }

  /** Takes one range of code points at a time. */
  interface Ranges {
    void range(String keyword, int first, int last);
  }

  private UnicodeData() {}

  static void read(String resource, Items items) {
    try (InputStream in =
            Objects.requireNonNull(UnicodeData.class.getResourceAsStream(resource), resource);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          readLine(line, items);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }

  private static void readLine(String line, Items items) {
    int blank = line.indexOf(' ');
    String keyword = line.substring(0, blank);
    while (blank < line.length()) {
      int start = blank + 1;
      int next = line.indexOf(' ', start);
      blank = next < 0 ? line.length() : next;
      items.item(keyword, line.substring(start, blank));
    }
  }

  /** Reads {@code A} or {@code A-B}. */
  static void range(String keyword, String item, Ranges ranges) {
    int dash = item.indexOf('-');
    int first = hex(item, 0, dash < 0 ? item.length() : dash);
    ranges.range(keyword, first, dash < 0 ? first : hex(item, dash + 1, item.length()));
  }

  static int hex(String item, int start, int end) {
    return Integer.parseInt(item, start, end, 16);
  }
}
