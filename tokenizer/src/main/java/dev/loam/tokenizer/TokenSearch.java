// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;

/**
 * Finds the tokens that merging a word gives without merging it, in time that grows with its length
 * only.
 *
 * <p>Tokens in a row are those of a word exactly if each two neighbours, merged by themselves from
 * their bytes, become the same two tokens again. For suppose they do: of all merges of the word
 * that cross a border of these tokens look at the first. Until then both its neighbours merged
 * inside themselves only, by whichever merges came first among theirs, as they do by themselves; so
 * by themselves they would merge across the border next as well. And the tokens of a word do: what
 * merges inside two of them is what comes first among theirs each time, and nothing ever crosses
 * their borders.
 *
 * <p>So the tokens up to any border are the only ones up to there, and one token after the other
 * can be tried, the longest first; where none fits, the last one is taken back and can be forgotten
 * for good. One instance serves one thread.
 */
final class TokenSearch {
  private static final int NONE = TokenTrie.NONE;

  private final TokenTrie trie;
  private final MergeHistory history;
  private final WordMerger merger;
  private final IntBuilder merged = new IntBuilder();

  TokenSearch(TokenTrie trie, MergeHistory history, WordMerger merger) {
    this.trie = trie;
    this.merger = merger;
    this.history = history;
  }

  /** Adds the tokens of the word from {@code start} to {@code end}, which is not empty. */
  void encode(byte[] utf8, int start, int end, IntBuilder out) {
    int base = out.size();
    int at = start;
    int left = NONE;
    int token = trie.longest(utf8, at, end);
    while (at < end) {
      if (token == NONE) {
        at -= trie.length(left);
        token = trie.shorter(left);
        out.truncate(out.size() - 1);
        left = out.size() > base ? out.get(out.size() - 1) : NONE;
      } else if (fit(left, token, utf8, at)) {
        out.add(token);
        at += trie.length(token);
        left = token;
        token = trie.longest(utf8, at, end);
      } else {
        token = trie.shorter(token);
      }
    }
  }

  /** Whether two tokens whose border is at {@code at} stay what they are. */
  private boolean fit(int left, int right, byte[] utf8, int at) {
    if (left == NONE) {
      return true; // every token of the trie is one by itself
    }
    if (history.isKnown(left) && history.isKnown(right)) {
      return history.areApart(left, right);
    }
    merged.truncate(0);
    merger.merge(utf8, at - trie.length(left), at + trie.length(right), merged);
    return merged.size() == 2 && merged.get(0) == left && merged.get(1) == right;
  }
}
