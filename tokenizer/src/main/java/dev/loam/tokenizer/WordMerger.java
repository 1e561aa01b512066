// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;
import java.util.Arrays;

/**
 * Merges the bytes of a word as BPE is defined: again and again the leftmost pair of the lowest
 * rank joins. Takes n² steps for n bytes, so it is meant for no more than a token or two. Holds
 * scratch memory: one instance serves one thread.
 */
final class WordMerger {
  private final MergeTable table;
  private final int[] byteTokens;
  private int[] tokens = new int[64];
  private long[] merges = new long[64];

  /**
   * @param byteTokens the token of each of the 256 bytes
   */
  WordMerger(MergeTable table, int[] byteTokens) {
    this.table = table;
    this.byteTokens = byteTokens;
  }

  /** Adds the tokens of the word from {@code start} to {@code end}. */
  void merge(byte[] utf8, int start, int end, IntBuilder out) {
    int count = end - start;
    if (count > tokens.length) {
      tokens = Arrays.copyOf(tokens, count);
      merges = Arrays.copyOf(merges, count);
    }
    for (int i = 0; i < count; i++) {
      tokens[i] = byteTokens[utf8[start + i] & 0xFF];
      findBefore(i);
    }
    for (int at = lowest(count); at >= 0; at = lowest(count)) {
      tokens[at] = MergeTable.result(merges[at]);
      count--;
      for (int i = at + 1; i < count; i++) {
        tokens[i] = tokens[i + 1];
        merges[i] = merges[i + 1];
      }
      findBefore(at);
      if (at + 1 < count) {
        findBefore(at + 1);
      }
    }
    out.addAll(tokens, 0, count);
  }

  /** Finds how the token at {@code i} joins with the one before it. */
  private void findBefore(int i) {
    if (i > 0) {
      merges[i - 1] = table.find(tokens[i - 1], tokens[i]);
    }
  }

  /** The leftmost of the pairs with the lowest rank; -1 if none joins. */
  private int lowest(int count) {
    long best = MergeTable.NONE;
    int at = -1;
    for (int i = 0; i + 1 < count; i++) {
      if (merges[i] < best) {
        best = merges[i];
        at = i;
      }
    }
    return at;
  }
}
