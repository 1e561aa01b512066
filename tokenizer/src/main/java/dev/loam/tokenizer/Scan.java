// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.function.IntPredicate;

/** Steps that the scanners of both pre-tokenizers share. */
final class Scan {
  private Scan() {}

  /** The end of the longest run of code points from {@code start} that all fulfil the condition. */
  static int run(String text, int start, IntPredicate condition) {
    int i = start;
    while (i < text.length()) {
      int c = text.codePointAt(i);
      if (!condition.test(c)) {
        break;
      }
      i += Character.charCount(c);
    }
    return i;
  }

  /** Whether a code point stands at {@code i} and fulfils the condition. */
  static boolean at(String text, int i, IntPredicate condition) {
    return i < text.length() && condition.test(text.codePointAt(i));
  }

  /**
   * The end of a match of {@code \s+(?!\S)|\s+}: a run of white space gives its last character to
   * the word that follows, unless it is all there is. Every white space is one UTF-16 unit.
   *
   * @param runEnd the end of the whole run
   */
  static int spacesEnd(String text, int start, int runEnd) {
    return runEnd == text.length() || runEnd == start + 1 ? runEnd : runEnd - 1;
  }

  /**
   * The length of a match of {@code 's|'t|'re|'ve|'m|'ll|'d}, 0 where there is none.
   *
   * @param ignoreCase whether upper case letters match as well, and with them U+017F, the long s,
   *     which is an s to a regular expression that ignores case
   */
  static int contraction(String text, int start, boolean ignoreCase) {
    if (text.charAt(start) != '\'') {
      return 0;
    }
    return switch (letter(text, start + 1, ignoreCase)) {
      case 's', 't', 'm', 'd' -> 2;
      case 'r', 'v' -> letter(text, start + 2, ignoreCase) == 'e' ? 3 : 0;
      case 'l' -> letter(text, start + 2, ignoreCase) == 'l' ? 3 : 0;
      default -> 0;
    };
  }

  private static char letter(String text, int i, boolean ignoreCase) {
    if (i >= text.length()) {
      return 0;
    }
    char c = text.charAt(i);
    if (!ignoreCase) {
      return c;
    }
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c == '\u017F' ? 's' : c;
  }
}
