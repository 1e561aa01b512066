// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import java.util.Arrays;

/** Ids one after the other, in one array that grows. */
final class TokenList {
  private static final int MOST = Integer.MAX_VALUE - 8;

  private int[] values = {};
  private int size;

  void add(int[] more) {
    add(more, more.length);
  }

  /** Adds the first ids of an array. */
  void add(int[] more, int count) {
    if (count > MOST - size) {
      throw new DataFormatException(
          "more than "
              + MOST
              + " tokens; fine-tuning data is held in memory, so take fewer records");
    }
    if (size + count > values.length) {
      long room = Math.min(MOST, Math.max(64, Math.max((long) size + count, 3L * size / 2)));
      values = Arrays.copyOf(values, (int) room);
    }
    System.arraycopy(more, 0, values, size, count);
    size += count;
  }

  int size() {
    return size;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
