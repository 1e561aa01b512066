// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

/** Repairs Java strings that are not well-formed UTF-16. */
public final class Utf16 {
  private Utf16() {}

  public static boolean isWellFormed(String text) {
    return firstLoneSurrogate(text, 0) == text.length();
  }

  /** The text with every surrogate that has no partner replaced by U+FFFD. */
  public static String replaceLoneSurrogates(String text) {
    int lone = firstLoneSurrogate(text, 0);
    if (lone == text.length()) {
      return text;
    }
    StringBuilder repaired = new StringBuilder(text);
    for (; lone < text.length(); lone = firstLoneSurrogate(text, lone + 1)) {
      repaired.setCharAt(lone, '\uFFFD');
    }
    return repaired.toString();
  }

  private static int firstLoneSurrogate(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return i;
        }
        i++;
      }
    }
    return text.length();
  }
}
