// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/**
 * Which two tokens each token was joined from, how late, and with that whether two neighbours stay
 * apart. Immutable.
 *
 * <p>While two tokens grow from their bytes side by side, only the last token of the left one and
 * the first of the right one can join across the border. Going back in time from the whole tokens,
 * these two are undone one after the other, the later first; across the border they join if their
 * rank is below that of the merge which would replace one of them.
 *
 * <p>That needs a history in which each merge comes later than those that made its parts. A token
 * that can be joined from several pairs, or earlier than its parts, has none; such merges are legal
 * but trained tokenizers have few if any.
 */
final class MergeHistory {
  /** Of a single byte, which is there from the beginning. */
  private static final int ALWAYS = -1;

  private static final int UNKNOWN = -2;
  private static final int NEVER = Integer.MAX_VALUE;
  private static final int ORIGIN = 4;

  private final MergeTable table;

  /** Of each token its rank, left and right part, side by side in memory. */
  private final int[] origins;

  private final boolean[] whole;

  MergeHistory(MergeTable table, int[] byteTokens, int vocabSize) {
    this.table = table;
    this.origins = new int[vocabSize * ORIGIN];
    this.whole = new boolean[vocabSize];
    for (int token = 0; token < vocabSize; token++) {
      setOrigin(token, UNKNOWN, TokenTrie.NONE, TokenTrie.NONE);
    }
    for (int token : byteTokens) {
      setOrigin(token, ALWAYS, TokenTrie.NONE, TokenTrie.NONE);
      whole[token] = true;
    }
    boolean[] ambiguous = ambiguous(vocabSize);
    for (int rank = 0; rank < table.size(); rank++) {
      long pair = table.pair(rank);
      int result = table.result(rank);
      if (pair == MergeTable.NONE || ambiguous[result]) {
        continue;
      }
      int left = MergeTable.left(pair);
      int right = MergeTable.right(pair);
      if (isKnown(left) && isKnown(right)) {
        setOrigin(result, rank, left, right);
        whole[result] = whole[left] && whole[right] && areApart(left, right, rank);
      }
    }
  }

  private void setOrigin(int token, int rank, int left, int right) {
    origins[token * ORIGIN] = rank;
    origins[token * ORIGIN + 1] = left;
    origins[token * ORIGIN + 2] = right;
  }

  private int rank(int token) {
    return origins[token * ORIGIN];
  }

  /** The tokens that more than one pair joins to. */
  private boolean[] ambiguous(int vocabSize) {
    boolean[] seen = new boolean[vocabSize];
    boolean[] ambiguous = new boolean[vocabSize];
    for (int rank = 0; rank < table.size(); rank++) {
      if (table.pair(rank) != MergeTable.NONE) {
        int result = table.result(rank);
        ambiguous[result] |= seen[result];
        seen[result] = true;
      }
    }
    return ambiguous;
  }

  /** Whether the token has a history, without which nothing else can be asked about it. */
  boolean isKnown(int token) {
    return rank(token) != UNKNOWN;
  }

  /** Whether the bytes of a token become this token, with nothing around them. */
  boolean isWhole(int token) {
    return whole[token];
  }

  /** The left one of the two that a token was joined from; {@link TokenTrie#NONE} of a byte. */
  int left(int token) {
    return origins[token * ORIGIN + 1];
  }

  /** Whether the bytes of two tokens in a row become these two tokens, which must be whole. */
  boolean areApart(int left, int right) {
    return areApart(left, right, NEVER);
  }

  /** Whether they do not join before a rank. */
  private boolean areApart(int leftToken, int rightToken, int before) {
    int left = leftToken;
    int right = rightToken;
    int until = before;
    while (true) {
      if (MergeTable.rank(table.find(left, right)) < until) {
        return false;
      }
      int leftRank = rank(left);
      int rightRank = rank(right);
      if (leftRank > rightRank) {
        until = leftRank;
        left = origins[left * ORIGIN + 2];
      } else if (rightRank != ALWAYS) {
        until = rightRank + 1; // of two merges with the same rank the left one comes first
        right = left(right);
      } else {
        return true;
      }
    }
  }
}
