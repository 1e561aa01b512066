// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.util.Arrays;

/** A small number for each code point, 0 where none was set. Blocks that are alike are shared. */
final class CodePointTable {
  private static final int SHIFT = 7;
  private static final int SIZE = 1 << SHIFT;
  private static final int MASK = SIZE - 1;
  private static final short[] ZEROS = new short[SIZE];

  private final short[][] blocks = new short[(Character.MAX_CODE_POINT + 1) >> SHIFT][];

  CodePointTable() {
    Arrays.fill(blocks, ZEROS);
  }

  int get(int codePoint) {
    return blocks[codePoint >> SHIFT][codePoint & MASK];
  }

  void set(int codePoint, int value) {
    setAll(codePoint, codePoint, value);
  }

  /** Sets the code points from {@code first} to {@code last}, both included. */
  void setAll(int first, int last, int value) {
    short[] whole = ZEROS;
    for (int start = first; start <= last; ) {
      int end = Math.min(last, start | MASK);
      int block = start >> SHIFT;
      if (end - start == MASK) {
        if (whole == ZEROS) {
          whole = new short[SIZE];
          Arrays.fill(whole, (short) value);
        }
        blocks[block] = whole;
      } else {
        // What is shared must not change with one of its users.
        blocks[block] = blocks[block].clone();
        Arrays.fill(blocks[block], start & MASK, (end & MASK) + 1, (short) value);
      }
      start = end + 1;
    }
  }
}
