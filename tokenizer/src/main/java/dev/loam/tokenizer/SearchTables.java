// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;

/** What {@link TokenSearch} looks up. Immutable and safe to share among threads. */
final class SearchTables {
  private static final byte[] NOTHING = {};

  private final MergeTable merges;
  private final int[] byteTokens;
  private final MergeHistory history;
  private final TokenTrie trie;

  /**
   * @param byteTokens the token of each of the 256 bytes
   * @param bytes of each token; none of a token that stands for no bytes of words
   */
  SearchTables(MergeTable merges, int[] byteTokens, byte[][] bytes) {
    this.merges = merges;
    this.byteTokens = byteTokens;
    this.history = new MergeHistory(merges, byteTokens, bytes.length);
    WordMerger merger = new WordMerger(merges, byteTokens);
    byte[][] whole = new byte[bytes.length][];
    for (int token = 0; token < whole.length; token++) {
      whole[token] = isWhole(token, bytes[token], merger) ? bytes[token] : NOTHING;
    }
    this.trie = new TokenTrie(whole);
  }

  /** Whether merging the bytes of a token gives this token. */
  private boolean isWhole(int token, byte[] bytes, WordMerger merger) {
    if (history.isKnown(token)) {
      return history.isWhole(token);
    }
    IntBuilder merged = new IntBuilder();
    merger.merge(bytes, 0, bytes.length, merged);
    return merged.size() == 1 && merged.get(0) == token;
  }

  TokenSearch newSearch() {
    return new TokenSearch(trie, history, new WordMerger(merges, byteTokens));
  }
}
