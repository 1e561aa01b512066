// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;

/** A growing array of ints that may have more than 2^31. For one thread. */
final class IntPool {
  private static final int CHUNK_BITS = 16;
  private static final int CHUNK = 1 << CHUNK_BITS;

  private int[][] chunks = new int[4][];
  private int chunkCount;
  private long size;

  long size() {
    return size;
  }

  int get(long index) {
    return chunks[(int) (index >>> CHUNK_BITS)][(int) index & (CHUNK - 1)];
  }

  void set(long index, int value) {
    chunks[(int) (index >>> CHUNK_BITS)][(int) index & (CHUNK - 1)] = value;
  }

  /** Makes it longer or shorter. New values are undefined. */
  void resize(long newSize) {
    int needed = (int) ((newSize + CHUNK - 1) >>> CHUNK_BITS);
    if (needed > chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(needed, chunks.length + (chunks.length >> 1)));
    }
    while (chunkCount < needed) {
      chunks[chunkCount++] = new int[CHUNK];
    }
    while (chunkCount > needed) {
      chunks[--chunkCount] = new int[0];
    }
    size = newSize;
  }
}
