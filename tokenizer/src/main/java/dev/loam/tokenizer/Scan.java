// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.CharClass;
import dev.loam.tokenizer.internal.Utf8;

/** Steps over well-formed UTF-8 that the scanners of both pre-tokenizers share. */
final class Scan {
  /** {@code \p{L}}. */
  static final int LETTER = 1 << CharClass.LETTER;

  /** {@code \p{N}}. */
  static final int NUMBER = 1 << CharClass.NUMBER;

  /** {@code [^\s\p{L}\p{N}]}. */
  static final int OTHER = 1 << CharClass.OTHER;

  /** {@code [\r\n]}. */
  static final int LINE_END = 1 << CharClass.LINE_END;

  /** {@code \s}. */
  static final int SPACE = 1 << CharClass.SPACE | LINE_END;

  /** What {@link #classAt} says behind the end of the text. */
  static final int NOTHING = 0;

  private static final byte[] ASCII = ascii();

  private Scan() {}

  private static byte[] ascii() {
    byte[] classes = new byte[0x80];
    for (int c = 0; c < classes.length; c++) {
      classes[c] = (byte) (1 << CharClass.of(c));
    }
    return classes;
  }

  /** The class of the character that starts at {@code i}. */
  static int classAt(byte[] utf8, int i, int limit) {
    if (i >= limit) {
      return NOTHING;
    }
    int b = utf8[i];
    return b >= 0 ? ASCII[b] : 1 << CharClass.of(Utf8.codePoint(utf8, i));
  }

  /** Where the character that starts at {@code i} ends. */
  static int next(byte[] utf8, int i) {
    int b = utf8[i];
    return b >= 0 ? i + 1 : b < (byte) 0xE0 ? i + 2 : b < (byte) 0xF0 ? i + 3 : i + 4;
  }

  /** Where the character that ends at {@code i} starts. */
  static int previous(byte[] utf8, int i) {
    int start = i - 1;
    while ((utf8[start] & 0xC0) == 0x80) {
      start--;
    }
    return start;
  }

  /**
   * The end of the longest run of characters from {@code start} that are in any of the classes.
   *
   * @param classes a sum of classes
   */
  static int run(byte[] utf8, int start, int limit, int classes) {
    int i = start;
    while ((classAt(utf8, i, limit) & classes) != 0) {
      i = next(utf8, i);
    }
    return i;
  }

  /**
   * The end of a match of {@code \s+(?!\S)|\s+}: a run of white space gives its last character to
   * the word that follows, unless it is all there is.
   *
   * @param runEnd the end of the whole run
   */
  static int spacesEnd(byte[] utf8, int start, int limit, int runEnd) {
    int last = previous(utf8, runEnd);
    return runEnd == limit || last == start ? runEnd : last;
  }

  /**
   * The end of a match of {@code 's|'t|'re|'ve|'m|'ll|'d}, {@code start} where there is none.
   *
   * @param ignoreCase whether upper case letters match as well, and with them U+017F, the long s,
   *     which is an s to a regular expression that ignores case
   */
  static int contractionEnd(byte[] utf8, int start, int limit, boolean ignoreCase) {
    if (utf8[start] != '\'') {
      return start;
    }
    return switch (letter(utf8, start + 1, limit, ignoreCase)) {
      case 's', 't', 'm', 'd' -> next(utf8, start + 1);
      case 'r', 'v' -> letter(utf8, start + 2, limit, ignoreCase) == 'e' ? start + 3 : start;
      case 'l' -> letter(utf8, start + 2, limit, ignoreCase) == 'l' ? start + 3 : start;
      default -> start;
    };
  }

  /**
   * The letter of a contraction at {@code i}, in lower case; any other number for anything else.
   */
  private static int letter(byte[] utf8, int i, int limit, boolean ignoreCase) {
    if (i >= limit) {
      return NOTHING;
    }
    int b = utf8[i];
    if (!ignoreCase || b >= 0) {
      return ignoreCase && b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b;
    }
    return Utf8.codePoint(utf8, i) == '\u017F' ? 's' : NOTHING;
  }
}
