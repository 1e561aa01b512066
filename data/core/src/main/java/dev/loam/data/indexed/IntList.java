// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import java.util.ArrayList;
import java.util.List;

/** A growing list of ints in blocks: growing copies nothing. */
final class IntList {
  private static final int BLOCK_BITS = 16;
  private static final int BLOCK = 1 << BLOCK_BITS;

  private final List<int[]> blocks = new ArrayList<>();
  private int size;

  void add(int value) {
    if (size == Integer.MAX_VALUE) {
      throw new IllegalStateException("more than 2147483647 sequences; write several datasets");
    }
    if (size >>> BLOCK_BITS == blocks.size()) {
      blocks.add(new int[BLOCK]);
    }
    blocks.get(size >>> BLOCK_BITS)[size & (BLOCK - 1)] = value;
    size++;
  }

  int get(int index) {
    return blocks.get(index >>> BLOCK_BITS)[index & (BLOCK - 1)];
  }

  int size() {
    return size;
  }
}
