// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;
import java.util.BitSet;

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

  private final MergeTable table;
  private final int[] lefts;
  private final int[] rights;
  private final int[] ranks;
  private final BitSet whole = new BitSet();

  MergeHistory(MergeTable table, int[] byteTokens, int vocabSize) {
    this.table = table;
    this.lefts = new int[vocabSize];
    this.rights = new int[vocabSize];
    this.ranks = new int[vocabSize];
    Arrays.fill(ranks, UNKNOWN);
    for (int token : byteTokens) {
      ranks[token] = ALWAYS;
      whole.set(token);
    }
    long[] pairs = table.pairs();
    BitSet ambiguous = ambiguous(pairs);
    for (long pair : pairs) {
      int left = MergeTable.left(pair);
      int right = MergeTable.right(pair);
      long merge = table.find(left, right);
      int result = MergeTable.result(merge);
      if (!ambiguous.get(result) && isKnown(left) && isKnown(right)) {
        lefts[result] = left;
        rights[result] = right;
        ranks[result] = MergeTable.rank(merge);
        boolean wholeParts = whole.get(left) && whole.get(right);
        whole.set(result, wholeParts && areApart(left, right, ranks[result]));
      }
    }
  }

  /** The tokens that more than one pair joins to. */
  private BitSet ambiguous(long[] pairs) {
    BitSet seen = new BitSet();
    BitSet ambiguous = new BitSet();
    for (long pair : pairs) {
      int result = MergeTable.result(table.find(MergeTable.left(pair), MergeTable.right(pair)));
      if (seen.get(result)) {
        ambiguous.set(result);
      }
      seen.set(result);
    }
    return ambiguous;
  }

  /** Whether the token has a history, without which nothing else can be asked about it. */
  boolean isKnown(int token) {
    return ranks[token] != UNKNOWN;
  }

  /** Whether the bytes of a token become this token, with nothing around them. */
  boolean isWhole(int token) {
    return whole.get(token);
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
      if (ranks[left] > ranks[right]) {
        until = ranks[left];
        left = rights[left];
      } else if (ranks[right] != ALWAYS) {
        until = ranks[right] + 1; // of two merges with the same rank the left one comes first
        right = lefts[right];
      } else {
        return true;
      }
    }
  }
}
