// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** The words of {@link PreTokenizer#GPT2}. Alternatives are tried in the expression's order. */
final class Gpt2Words {
  private Gpt2Words() {}

  static int end(String text, int start) {
    int contraction = Scan.contraction(text, start, false);
    if (contraction > 0) {
      return start + contraction;
    }
    int afterSpace = text.charAt(start) == ' ' ? start + 1 : start;
    if (afterSpace < text.length()) {
      int c = text.codePointAt(afterSpace);
      if (CharClass.isLetter(c)) {
        return Scan.run(text, afterSpace, CharClass::isLetter);
      }
      if (CharClass.isNumber(c)) {
        return Scan.run(text, afterSpace, CharClass::isNumber);
      }
      if (CharClass.isOther(c)) {
        return Scan.run(text, afterSpace, CharClass::isOther);
      }
    }
    return Scan.spacesEnd(text, start, Scan.run(text, start, CharClass::isSpace));
  }
}
