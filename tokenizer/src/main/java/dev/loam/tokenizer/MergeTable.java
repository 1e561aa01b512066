// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/** The merges of a BPE model: which pairs of tokens join, how early, and to what. Immutable. */
final class MergeTable {
  /** What {@link #find} returns for a pair that does not join. */
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;

  /** A hash table of pairs, each with its merge behind it. */
  private final long[] entries;

  private final int shift;
  private final int count;

  /**
   * @param pairs the merges' pairs in the order of their ranks, each written by {@link #pair}; of a
   *     pair that occurs twice the later rank holds, as in Hugging Face's library
   * @param results the token that each pair becomes
   */
  MergeTable(long[] pairs, int[] results) {
    // Most pairs asked for do not join, so the table is kept less than half full.
    int bits = 32 - Integer.numberOfLeadingZeros(2 * pairs.length + 1);
    this.entries = new long[2 << bits];
    this.shift = 64 - bits;
    this.count = pairs.length;
    Arrays.fill(entries, EMPTY);
    for (int rank = 0; rank < pairs.length; rank++) {
      int slot = slot(pairs[rank]);
      entries[slot] = pairs[rank];
      entries[slot + 1] = (long) rank << 32 | results[rank];
    }
  }

  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  static int left(long pair) {
    return (int) (pair >>> 32);
  }

  static int right(long pair) {
    return (int) pair;
  }

  /** The pairs in the order of their ranks; of one that occurs twice only the later is there. */
  long[] pairs() {
    long[] pairs = new long[count];
    Arrays.fill(pairs, EMPTY);
    for (int slot = 0; slot < entries.length; slot += 2) {
      if (entries[slot] != EMPTY) {
        pairs[rank(entries[slot + 1])] = entries[slot];
      }
    }
    return Arrays.stream(pairs).filter(pair -> pair != EMPTY).toArray();
  }

  /** The rank of a pair's merge in the upper, the resulting token in the lower 32 bits. */
  long find(int left, int right) {
    long pair = pair(left, right);
    int slot = slot(pair);
    return entries[slot] == pair ? entries[slot + 1] : NONE;
  }

  static int rank(long merge) {
    return (int) (merge >>> 32);
  }

  static int result(long merge) {
    return (int) merge;
  }

  private int slot(long pair) {
    int slot = (int) ((pair * 0x9E3779B97F4A7C15L) >>> shift) << 1;
    while (entries[slot] != pair && entries[slot] != EMPTY) {
      slot = slot + 2 & entries.length - 1;
    }
    return slot;
  }
}
