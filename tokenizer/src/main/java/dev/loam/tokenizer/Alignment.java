// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.Normalized;

/** Says for each UTF-16 unit of a text which part of the original text it came from. */
final class Alignment {
  /** Of a text that is the original. */
  static final Alignment IDENTITY = shifted(0);

  private final boolean shiftedOnly;
  private final int[] starts;
  private final int[] ends;
  private final int offset;

  private Alignment(boolean shiftedOnly, int[] starts, int[] ends, int offset) {
    this.shiftedOnly = shiftedOnly;
    this.starts = starts;
    this.ends = ends;
    this.offset = offset;
  }

  /** Of a text that is the original's part from {@code offset} on. */
  static Alignment shifted(int offset) {
    return new Alignment(true, new int[0], new int[0], offset);
  }

  /** Of a text that was made from the original's part from {@code offset} on. */
  static Alignment of(Normalized normalized, int offset) {
    return new Alignment(false, normalized.starts(), normalized.ends(), offset);
  }

  /** Where in the original the unit {@code i} starts. */
  int start(int i) {
    return offset + (shiftedOnly ? i : starts[i]);
  }

  /** Where in the original the unit {@code i} ends. */
  int end(int i) {
    return offset + (shiftedOnly ? i + 1 : ends[i]);
  }
}
