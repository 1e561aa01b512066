// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

/**
 * The classes of code points that pre-tokenizers and added tokens distinguish, after Unicode 16
 * whatever the running JDK knows: those of the regular expressions in Hugging Face's tokenizers
 * 0.23. Surrogates, as all that is unassigned, are {@link #OTHER} and no word.
 */
public final class CharClass {
  /** {@code [^\s\p{L}\p{N}]}. */
  public static final byte OTHER = 0;

  /** {@code \p{L}}. */
  public static final byte LETTER = 1;

  /** {@code \p{N}}. */
  public static final byte NUMBER = 2;

  /** {@code [^\S\r\n]}. */
  public static final byte SPACE = 3;

  /** {@code [\r\n]}. */
  public static final byte LINE_END = 4;

  private static final int CLASS = 7;
  private static final int WORD = 8;

  private static final CodePointTable TABLE = table();

  private CharClass() {}

  /** One of the five constants. */
  public static byte of(int codePoint) {
    return (byte) (TABLE.get(codePoint) & CLASS);
  }

  public static boolean isLetter(int codePoint) {
    return of(codePoint) == LETTER;
  }

  public static boolean isNumber(int codePoint) {
    return of(codePoint) == NUMBER;
  }

  /** {@code \s}: the property White_Space, line ends included. */
  public static boolean isSpace(int codePoint) {
    return of(codePoint) >= SPACE;
  }

  public static boolean isLineEnd(int codePoint) {
    return codePoint == '\r' || codePoint == '\n';
  }

  public static boolean isOther(int codePoint) {
    return of(codePoint) == OTHER;
  }

  /** {@code \w} (UTS 18, annex C). */
  public static boolean isWord(int codePoint) {
    return (TABLE.get(codePoint) & WORD) != 0;
  }

  private static CodePointTable table() {
    CodePointTable table = new CodePointTable();
    UnicodeData.read(
        "unicode-16-classes.txt",
        (keyword, item) ->
            UnicodeData.range(
                keyword,
                item,
                (key, first, last) -> {
                  switch (key) {
                    case "letter" -> table.setAll(first, last, LETTER | WORD);
                    case "number" -> table.setAll(first, last, NUMBER);
                    case "space" -> table.setAll(first, last, SPACE);
                    default -> addWord(table, first, last);
                  }
                }));
    table.set('\r', LINE_END);
    table.set('\n', LINE_END);
    return table;
  }

  private static void addWord(CodePointTable table, int first, int last) {
    for (int c = first; c <= last; c++) {
      table.set(c, table.get(c) | WORD);
    }
  }
}
