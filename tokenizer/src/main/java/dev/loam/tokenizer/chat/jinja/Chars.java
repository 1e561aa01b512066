// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** Classes of characters as Python knows them. */
final class Chars {
  private Chars() {}

  /** What {@code str.isspace} and {@code \s} take for white space. */
  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  /** What {@code str.splitlines} takes for the end of a line. */
  static boolean isLineEnd(int c) {
    return (c >= 0x0a && c <= 0x0d)
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isNameStart(int c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static boolean isNamePart(int c) {
    return isNameStart(c) || isDigit(c);
  }

  /** The first index from {@code start} that is no white space. */
  static int skipSpace(String text, int start) {
    int i = start;
    while (i < text.length() && isSpace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** One behind the last character of {@code text[start, end)} that is no white space. */
  static int trimmedEnd(String text, int start, int end) {
    int i = end;
    while (i > start && isSpace(text.charAt(i - 1))) {
      i--;
    }
    return i;
  }
}
