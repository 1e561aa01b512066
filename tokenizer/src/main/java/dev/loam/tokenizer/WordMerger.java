// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/**
 * Merges the tokens of one word after another. Takes n log n steps for a word of n bytes. Holds
 * scratch memory: one instance serves one thread.
 */
final class WordMerger {
  private static final int GONE = -1;

  private final MergeTable table;
  private final MergeQueue queue = new MergeQueue();
  private int[] tokens = new int[0];
  private int[] previous = new int[0];
  private int[] next = new int[0];

  WordMerger(MergeTable table) {
    this.table = table;
  }

  /**
   * The tokens of a word.
   *
   * @param word UTF-8
   * @param byteTokens the token of each single byte
   */
  int[] merge(byte[] word, int[] byteTokens) {
    int length = word.length;
    reserve(length);
    for (int i = 0; i < length; i++) {
      tokens[i] = byteTokens[word[i] & 0xFF];
      previous[i] = i - 1;
      next[i] = i + 1;
    }
    queue.clear();
    for (int i = 0; i + 1 < length; i++) {
      offer(i, i + 1);
    }
    int left = length;
    while (!queue.isEmpty()) {
      long candidate = queue.remove();
      if (join((int) (candidate >>> 32), (int) candidate, length)) {
        left--;
      }
    }
    int[] result = new int[left];
    for (int i = 0, n = 0; i < length; i = next[i]) {
      result[n++] = tokens[i];
    }
    return result;
  }

  /** Joins the token at a position with the next, unless the candidate is out of date. */
  private boolean join(int rank, int at, int length) {
    int right = next[at];
    if (tokens[at] == GONE || right >= length) {
      return false;
    }
    long merge = table.find(tokens[at], tokens[right]);
    if (merge == MergeTable.NONE || MergeTable.rank(merge) != rank) {
      return false;
    }
    tokens[at] = MergeTable.result(merge);
    tokens[right] = GONE;
    next[at] = next[right];
    if (next[at] < length) {
      previous[next[at]] = at;
      offer(at, next[at]);
    }
    if (previous[at] >= 0) {
      offer(previous[at], at);
    }
    return true;
  }

  private void offer(int left, int right) {
    long merge = table.find(tokens[left], tokens[right]);
    if (merge != MergeTable.NONE) {
      queue.add(MergeTable.rank(merge), left);
    }
  }

  private void reserve(int length) {
    if (length > tokens.length) {
      int capacity = Math.max(64, length);
      tokens = Arrays.copyOf(tokens, capacity);
      previous = Arrays.copyOf(previous, capacity);
      next = Arrays.copyOf(next, capacity);
    }
  }
}
