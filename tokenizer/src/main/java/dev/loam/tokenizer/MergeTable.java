// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/** The merges of a BPE model: which pairs of tokens join, how early, and to what. Immutable. */
final class MergeTable {
  /** What {@link #find} returns for a pair that does not join. */
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;
  private static final long HASH = 0x9E3779B97F4A7C15L;

  /**
   * Bits of the filter for each pair; a pair that does not join finds its bit set one time in 10.
   */
  private static final int FILTER_BITS = 3;

  /**
   * One bit for each pair, where its hash says. Most pairs asked for do not join, which this tells
   * from memory that is near.
   */
  private final long[] filter;

  /** A hash table of pairs, each with its merge behind it. */
  private final long[] entries;

  private final int shift;
  private final long[] pairs;
  private final int[] results;

  /**
   * @param pairs the merges' pairs in the order of their ranks, each written by {@link #pair(int,
   *     int)}; of a pair that occurs twice the later rank holds, as in Hugging Face's library. The
   *     table owns it from now on.
   * @param results the token that each pair becomes; the table owns it from now on
   */
  MergeTable(long[] pairs, int[] results) {
    int bits = 32 - Integer.numberOfLeadingZeros(pairs.length + (pairs.length >> 1) + 64);
    this.filter = new long[1 << (bits + FILTER_BITS - 6)];
    this.entries = new long[2 << bits];
    this.shift = 64 - bits;
    this.pairs = pairs;
    this.results = results;
    Arrays.fill(entries, EMPTY);
    for (int rank = 0; rank < pairs.length; rank++) {
      int slot = slot(pairs[rank]);
      if (entries[slot] != EMPTY) {
        pairs[rank(entries[slot + 1])] = NONE;
      }
      entries[slot] = pairs[rank];
      int bit = filterBit(pairs[rank] * HASH);
      filter[bit >>> 6] |= 1L << bit;
      entries[slot + 1] = ((long) rank << 32) | results[rank];
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

  /** How many ranks there are. */
  int size() {
    return pairs.length;
  }

  /** The pair of a rank; {@link #NONE} where the same pair has a later rank. */
  long pair(int rank) {
    return pairs[rank];
  }

  /** The token that the pair of a rank becomes. */
  int result(int rank) {
    return results[rank];
  }

  /** The rank of a pair's merge in the upper, the resulting token in the lower 32 bits. */
  long find(int left, int right) {
    long pair = pair(left, right);
    int bit = filterBit(pair * HASH);
    if ((filter[bit >>> 6] & (1L << bit)) == 0) {
      return NONE;
    }
    int slot = slot(pair);
    return entries[slot] == pair ? entries[slot + 1] : NONE;
  }

  private int filterBit(long hash) {
    return (int) (hash >>> (shift - FILTER_BITS));
  }

  static int rank(long merge) {
    return (int) (merge >>> 32);
  }

  static int result(long merge) {
    return (int) merge;
  }

  private int slot(long pair) {
    int slot = (int) ((pair * HASH) >>> shift) << 1;
    while (entries[slot] != pair && entries[slot] != EMPTY) {
      slot = slot + 2 & entries.length - 1;
    }
    return slot;
  }
}
