// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/**
 * A part of a text, in UTF-16 units as {@link String#substring(int, int)} counts them.
 *
 * @param start its first unit
 * @param end one behind its last unit; not below {@code start}
 */
public record TextSpan(int start, int end) {
  /** Checks the bounds. */
  public TextSpan {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("a span from " + start + " to " + end);
    }
  }

  /** This part of the text. */
  public String of(String text) {
    return text.substring(start, end);
  }
}
