// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.util.Arrays;

/** Puts a row together. For one thread. */
final class EncodedRowBuilder {
  private static final int ROOM = 256;

  private int[] ids = new int[ROOM];
  private int[] labels = new int[ROOM];
  private int length;

  int length() {
    return length;
  }

  /** Adds the first {@code count} of some tokens, to be learned or not. */
  EncodedRowBuilder add(int[] tokens, int count, boolean learned) {
    int end = length + count;
    if (end > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(end, 2 * ids.length));
      labels = Arrays.copyOf(labels, ids.length);
    }
    System.arraycopy(tokens, 0, ids, length, count);
    if (learned) {
      System.arraycopy(tokens, 0, labels, length, count);
    } else {
      Arrays.fill(labels, length, end, InstructionFiles.IGNORED);
    }
    length = end;
    return this;
  }

  EncodedRow build() {
    return new EncodedRow(Arrays.copyOf(ids, length), Arrays.copyOf(labels, length));
  }
}
