// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** The words of {@link PreTokenizer#QWEN}. Alternatives are tried in the expression's order. */
final class QwenWords {
  private QwenWords() {}

  static int end(String text, int start) {
    int contraction = Scan.contraction(text, start, true);
    if (contraction > 0) {
      return start + contraction;
    }
    int c = text.codePointAt(start);
    int next = start + Character.charCount(c);
    if (CharClass.isLetter(c)) {
      return Scan.run(text, next, CharClass::isLetter);
    }
    if (CharClass.isNumber(c)) {
      return next;
    }
    if (!CharClass.isLineEnd(c) && Scan.at(text, next, CharClass::isLetter)) {
      return Scan.run(text, next, CharClass::isLetter);
    }
    if (!CharClass.isSpace(c) || (c == ' ' && Scan.at(text, next, CharClass::isOther))) {
      int others = Scan.run(text, next, CharClass::isOther);
      return Scan.run(text, others, CharClass::isLineEnd);
    }
    return whiteSpaceEnd(text, start);
  }

  /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: up to the last line end of the run, if it has one. */
  private static int whiteSpaceEnd(String text, int start) {
    int runEnd = Scan.run(text, start, CharClass::isSpace);
    for (int i = runEnd; i > start; i--) {
      if (CharClass.isLineEnd(text.charAt(i - 1))) {
        return i;
      }
    }
    return Scan.spacesEnd(text, start, runEnd);
  }
}
