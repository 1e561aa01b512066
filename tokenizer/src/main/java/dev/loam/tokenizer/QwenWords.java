// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** The words of {@link PreTokenizer#QWEN}. Alternatives are tried in the expression's order. */
final class QwenWords {
  private QwenWords() {}

  static int end(byte[] utf8, int start, int limit) {
    int contraction = Scan.contractionEnd(utf8, start, limit, true);
    if (contraction > start) {
      return contraction;
    }
    int first = Scan.classAt(utf8, start, limit);
    int next = Scan.next(utf8, start);
    if (first == Scan.LETTER) {
      return Scan.run(utf8, next, limit, Scan.LETTER);
    }
    if (first == Scan.NUMBER) {
      return next;
    }
    int second = Scan.classAt(utf8, next, limit);
    if (first != Scan.LINE_END && second == Scan.LETTER) {
      return Scan.run(utf8, next, limit, Scan.LETTER);
    }
    if (first == Scan.OTHER || (second == Scan.OTHER && utf8[start] == ' ')) {
      int others = Scan.run(utf8, next, limit, Scan.OTHER);
      return Scan.run(utf8, others, limit, Scan.LINE_END);
    }
    return whiteSpaceEnd(utf8, start, limit);
  }

  /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: up to the last line end of the run, if it has one. */
  private static int whiteSpaceEnd(byte[] utf8, int start, int limit) {
    int runEnd = Scan.run(utf8, start, limit, Scan.SPACE);
    for (int i = runEnd; i > start; i--) {
      if (utf8[i - 1] == '\n' || utf8[i - 1] == '\r') {
        return i;
      }
    }
    return Scan.spacesEnd(utf8, start, limit, runEnd);
  }
}
