// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;

/** What {@link TokenSearch} looks up. Immutable and safe to share among threads. */
final class SearchTables {
  private final MergeTable merges;
  private final int[] byteTokens;
  private final MergeHistory history;
  private final TokenTrie trie;

  /**
   * @param byteTokens the token of each of the 256 bytes
   */
  SearchTables(MergeTable merges, int[] byteTokens, Vocabulary vocabulary) {
    this.merges = merges;
    this.byteTokens = byteTokens;
    this.history = new MergeHistory(merges, byteTokens, vocabulary.size());
    TokenTrie.Builder builder = new TokenTrie.Builder(vocabulary);
    WordMerger merger = new WordMerger(merges, byteTokens);
    IntBuilder merged = new IntBuilder();
    for (int token = 0; token < vocabulary.size(); token++) {
      int length = vocabulary.wordLength(token);
      if (length == 0) {
        continue;
      }
      if (history.isWhole(token)) {
        builder.add(token, history.left(token));
      } else if (!history.isKnown(token)) {
        merged.truncate(0);
        int start = vocabulary.start(token);
        merger.merge(vocabulary.bytes(), start, start + length, merged);
        if (merged.size() == 1 && merged.get(0) == token) {
          builder.add(token, TokenTrie.NONE);
        }
      }
    }
    this.trie = builder.build();
  }

  TokenSearch newSearch() {
    return new TokenSearch(trie, history, new WordMerger(merges, byteTokens));
  }
}
