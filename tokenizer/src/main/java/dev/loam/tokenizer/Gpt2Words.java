// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** The words of {@link PreTokenizer#GPT2}. Alternatives are tried in the expression's order. */
final class Gpt2Words {
  private Gpt2Words() {}

  static int end(byte[] utf8, int start, int limit) {
    int contraction = Scan.contractionEnd(utf8, start, limit, false);
    if (contraction > start) {
      return contraction;
    }
    int afterSpace = utf8[start] == ' ' ? start + 1 : start;
    int kind = Scan.classAt(utf8, afterSpace, limit);
    if ((kind & (Scan.LETTER | Scan.NUMBER | Scan.OTHER)) != 0) {
      return Scan.run(utf8, afterSpace, limit, kind);
    }
    int runEnd = Scan.run(utf8, start, limit, Scan.SPACE);
    return Scan.spacesEnd(utf8, start, limit, runEnd);
  }
}
