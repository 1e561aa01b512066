// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** The classes of code points that pre-tokenizers and added tokens distinguish. */
final class CharClass {
  private static final int LETTER =
      1 << Character.UPPERCASE_LETTER
          | 1 << Character.LOWERCASE_LETTER
          | 1 << Character.TITLECASE_LETTER
          | 1 << Character.MODIFIER_LETTER
          | 1 << Character.OTHER_LETTER;
  private static final int NUMBER =
      1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.LETTER_NUMBER
          | 1 << Character.OTHER_NUMBER;
  private static final int WORD =
      1 << Character.NON_SPACING_MARK
          | 1 << Character.COMBINING_SPACING_MARK
          | 1 << Character.ENCLOSING_MARK
          | 1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.CONNECTOR_PUNCTUATION;

  private CharClass() {}

  /** {@code \p{L}}. */
  static boolean isLetter(int codePoint) {
    return in(LETTER, codePoint);
  }

  /** {@code \p{N}}. */
  static boolean isNumber(int codePoint) {
    return in(NUMBER, codePoint);
  }

  /** {@code \s}: the property White_Space, which Java's own predicates do not match. */
  static boolean isSpace(int codePoint) {
    return codePoint == ' '
        || (codePoint >= '\t' && codePoint <= '\r')
        || codePoint == 0x85
        || codePoint == 0xA0
        || codePoint == 0x1680
        || (codePoint >= 0x2000 && codePoint <= 0x200A)
        || codePoint == 0x2028
        || codePoint == 0x2029
        || codePoint == 0x202F
        || codePoint == 0x205F
        || codePoint == 0x3000;
  }

  /** {@code [\r\n]}. */
  static boolean isLineEnd(int codePoint) {
    return codePoint == '\r' || codePoint == '\n';
  }

  /** {@code [^\s\p{L}\p{N}]}. */
  static boolean isOther(int codePoint) {
    return !in(LETTER | NUMBER, codePoint) && !isSpace(codePoint);
  }

  /** {@code \w} of Unicode regular expressions (UTS 18, annex C). */
  static boolean isWord(int codePoint) {
    return Character.isAlphabetic(codePoint)
        || in(WORD, codePoint)
        || codePoint == 0x200C
        || codePoint == 0x200D;
  }

  private static boolean in(int types, int codePoint) {
    return (types >>> Character.getType(codePoint) & 1) != 0;
  }
}
