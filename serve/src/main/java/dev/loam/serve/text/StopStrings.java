// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import java.util.List;

/**
 * Finds the first stop string that a text completes, of several that end at the same character the
 * longest, wherever pieces begin and end (Knuth, Morris and Pratt 1977). Holds back what may be the
 * beginning of one. For one text.
 */
final class StopStrings {
  private final List<Pattern> patterns;
  private final StringBuilder held = new StringBuilder();
  private boolean found;

  StopStrings(List<String> strings) {
    patterns = strings.stream().map(Pattern::new).toList();
  }

  /** Whether a stop string came up; nothing more is taken then. */
  boolean isFound() {
    return found;
  }

  /** Takes a piece of text and gives what is certain now. */
  String next(String piece) {
    for (int i = 0; i < piece.length() && !found; i++) {
      held.append(piece.charAt(i));
      for (Pattern pattern : patterns) {
        pattern.advance(piece.charAt(i));
        found |= pattern.isComplete();
      }
    }
    int uncertain =
        patterns.stream()
            .filter(pattern -> !found || pattern.isComplete())
            .mapToInt(pattern -> pattern.matched)
            .max()
            .orElse(0);
    String certain = held.substring(0, held.length() - uncertain);
    held.delete(0, certain.length());
    return certain;
  }

  /** The end of the text: what was held back, unless it is a stop string. */
  String flush() {
    return found ? "" : held.toString();
  }

  /** How much of a string the text ends with. */
  private static final class Pattern {
    private final String string;

    /** For each beginning the length of the longest shorter one that it ends with. */
    private final int[] shorter;

    private int matched;

    Pattern(String string) {
      this.string = string;
      shorter = new int[string.length() + 1];
      for (int length = 2; length <= string.length(); length++) {
        shorter[length] = longest(shorter[length - 1], string.charAt(length - 1));
      }
    }

    private int longest(int from, char next) {
      int length = from;
      while (length > 0 && string.charAt(length) != next) {
        length = shorter[length];
      }
      return string.charAt(length) == next ? length + 1 : 0;
    }

    void advance(char next) {
      matched = longest(matched, next);
    }

    boolean isComplete() {
      return matched == string.length();
    }
  }
}
