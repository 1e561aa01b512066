// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

/**
 * Normalized text and where in the original it comes from. Unit {@code i} of the text comes from
 * the units {@code starts[i]} to {@code ends[i]} (exclusive) of the original: those of one
 * character, or, where characters were joined, taken apart or reordered, the smallest part of the
 * original that became a part of the text. Both never decrease, and together they cover the whole
 * original. Whoever gets the arrays owns them.
 *
 * @param text the very string that was given where nothing changed
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of results, never compared
public record Normalized(String text, int[] starts, int[] ends) {
  /** Text that is its own origin. */
  static Normalized unchanged(String text) {
    int[] starts = new int[text.length()];
    int[] ends = new int[text.length()];
    identity(text, 0, text.length(), starts, ends, 0);
    return new Normalized(text, starts, ends);
  }

  /** Writes the spans of the units {@code from} to {@code to}, which stay as they are. */
  static void identity(String text, int from, int to, int[] starts, int[] ends, int at) {
    int out = at;
    for (int i = from; i < to; ) {
      int end = i + Character.charCount(text.codePointAt(i));
      for (int unit = i; unit < end; unit++) {
        starts[out] = i;
        ends[out++] = end;
      }
      i = end;
    }
  }
}
