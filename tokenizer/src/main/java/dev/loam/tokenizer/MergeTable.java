// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/** The merges of a BPE model: which pairs of tokens join, how early, and to what. Immutable. */
final class MergeTable {
  /** What {@link #find} returns for a pair that does not join. */
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;

  private final long[] pairs;
  private final long[] merges;
  private final int shift;

  /**
   * @param pairs the merges' pairs in the order of their ranks, each written by {@link #pair}; of a
   *     pair that occurs twice the later rank holds, as in Hugging Face's library
   * @param results the token that each pair becomes
   */
  MergeTable(long[] pairs, int[] results) {
    int bits = 32 - Integer.numberOfLeadingZeros(2 * pairs.length + 1);
    this.pairs = new long[1 << bits];
    this.merges = new long[1 << bits];
    this.shift = 64 - bits;
    Arrays.fill(this.pairs, EMPTY);
    for (int rank = 0; rank < pairs.length; rank++) {
      int slot = slot(pairs[rank]);
      this.pairs[slot] = pairs[rank];
      this.merges[slot] = (long) rank << 32 | results[rank];
    }
  }

  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  /** The rank of a pair's merge in the upper, the resulting token in the lower 32 bits. */
  long find(int left, int right) {
    long pair = pair(left, right);
    int slot = slot(pair);
    return pairs[slot] == pair ? merges[slot] : NONE;
  }

  static int rank(long merge) {
    return (int) (merge >>> 32);
  }

  static int result(long merge) {
    return (int) merge;
  }

  private int slot(long pair) {
    int slot = (int) ((pair * 0x9E3779B97F4A7C15L) >>> shift);
    while (pairs[slot] != pair && pairs[slot] != EMPTY) {
      slot = slot + 1 & pairs.length - 1;
    }
    return slot;
  }
}
