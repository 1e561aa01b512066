// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.PreTokenizer;
import dev.loam.tokenizer.internal.CharClass;
import dev.loam.tokenizer.internal.Utf8;

/**
 * Where a long text can be cut without a change to its words: both parts, normalized and cut into
 * words each by itself, have the words of the whole.
 *
 * <p>That is after every line feed, since lines are texts of their own, and between two characters
 * of which the second is inert under normalization and no word contains both: no word has something
 * behind a letter that is no letter, nor behind a number that is no number, nor white space other
 * than line ends behind anything else, nor a number behind punctuation. Normalization makes a
 * letter and a mark of some letters, so the first character must be one that stays a letter or a
 * number, but before white space.
 */
final class SafeCut {
  private SafeCut() {}

  /**
   * The last place to cut.
   *
   * @param settings how the text is normalized and cut into words
   * @return the start of the second part, or {@code from} if there is no such place
   */
  static int last(BpeTrainerSettings settings, byte[] utf8, int from, int to) {
    for (int cut = to; cut > from; cut--) {
      if (utf8[cut - 1] == '\n'
          || (cut < to
              && !Utf8.isContinuation(utf8[cut])
              && isBetweenWords(settings, utf8, from, cut, to))) {
        return cut;
      }
    }
    return from;
  }

  private static boolean isBetweenWords(
      BpeTrainerSettings settings, byte[] utf8, int from, int cut, int to) {
    int start = cut - 1;
    while (start > from && Utf8.isContinuation(utf8[start])) {
      start--;
    }
    if (Utf8.length(utf8, start, to) != cut - start || Utf8.length(utf8, cut, to) == 0) {
      return false;
    }
    int before = Utf8.codePoint(utf8, start);
    int after = Utf8.codePoint(utf8, cut);
    if (settings.nfc() && !Utf8.isInert(after)) {
      return false;
    }
    if (CharClass.isSpace(before)) {
      return false;
    } else if (CharClass.isSpace(after) && !CharClass.isLineEnd(after)) {
      return true;
    } else if (settings.nfc() && !Utf8.keepsClass(before)) {
      return false;
    } else if (CharClass.isLetter(before)) {
      return !CharClass.isLetter(after);
    } else if (CharClass.isNumber(before)) {
      return !CharClass.isNumber(after) || settings.preTokenizer() == PreTokenizer.QWEN;
    }
    return CharClass.isNumber(after);
  }
}
