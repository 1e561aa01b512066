// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** A word of the training text, as the tokens it consists of so far, and how often it occurs. */
final class TrainingWord {
  /** Told of the pairs of neighbours that change. */
  interface Listener {
    /** Called with 1 for a pair that came to be, -1 for one that ceased to be. */
    void changed(long pair, int change);
  }

  private final int[] tokens;
  private final long count;
  private int length;

  TrainingWord(int[] tokens, long count) {
    this.tokens = tokens;
    this.count = count;
    this.length = tokens.length;
  }

  long count() {
    return count;
  }

  /** Names every pair of neighbours as new. */
  void pairs(Listener listener) {
    for (int i = 1; i < length; i++) {
      listener.changed(MergeTable.pair(tokens[i - 1], tokens[i]), 1);
    }
  }

  /** Replaces a pair from left to right. That the pair itself is gone is not reported. */
  void merge(int left, int right, int result, Listener listener) {
    int to = 0;
    for (int from = 0; from < length; to++) {
      if (tokens[from] != left || from + 1 == length || tokens[from + 1] != right) {
        tokens[to] = tokens[from++];
        continue;
      }
      from += 2;
      tokens[to] = result;
      if (to > 0) {
        listener.changed(MergeTable.pair(tokens[to - 1], left), -1);
        listener.changed(MergeTable.pair(tokens[to - 1], result), 1);
      }
      if (from < length) {
        listener.changed(MergeTable.pair(right, tokens[from]), -1);
        listener.changed(MergeTable.pair(result, tokens[from]), 1);
      }
    }
    length = to;
  }
}
