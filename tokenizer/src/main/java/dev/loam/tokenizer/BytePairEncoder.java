// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;

/** Words to tokens. Immutable and safe to share among threads, each with scratch of its own. */
final class BytePairEncoder {
  private final BpeModel model;
  private final PreTokenizer preTokenizer;

  /** Made when a text is first encoded: whoever only decodes does without. */
  private final Lazy<SearchTables> tables;

  BytePairEncoder(BpeModel model, PreTokenizer preTokenizer) {
    this.model = model;
    this.preTokenizer = preTokenizer;
    this.tables =
        new Lazy<>(() -> new SearchTables(model.merges(), model.byteTokens(), model.vocabulary()));
  }

  EncoderScratch newScratch() {
    return new EncoderScratch(new WordCache(), tables.get().newSearch());
  }

  /** Adds the tokens of the scratch's text to its ids. */
  void encode(EncoderScratch scratch) {
    byte[] utf8 = scratch.text().bytes();
    int limit = scratch.text().length();
    for (int start = 0; start < limit; ) {
      int end = preTokenizer.wordEnd(utf8, start, limit);
      encodeWord(utf8, start, end, scratch);
      start = end;
    }
  }

  /** How many tokens {@link #encode} would add; the scratch's ids are lost. */
  int count(EncoderScratch scratch) {
    byte[] utf8 = scratch.text().bytes();
    int limit = scratch.text().length();
    int count = 0;
    for (int start = 0; start < limit; ) {
      int end = preTokenizer.wordEnd(utf8, start, limit);
      scratch.ids().truncate(0);
      encodeWord(utf8, start, end, scratch);
      count += scratch.ids().size();
      start = end;
    }
    return count;
  }

  /** How many bytes a token of a word has. */
  int length(int token) {
    return model.vocabulary().length(token);
  }

  private void encodeWord(byte[] utf8, int start, int end, EncoderScratch scratch) {
    int length = end - start;
    if (length > WordCache.MAX_WORD) {
      merge(utf8, start, end, scratch);
    } else if (!scratch.cache().get(utf8, start, length, scratch.ids())) {
      int from = scratch.ids().size();
      merge(utf8, start, end, scratch);
      scratch.cache().put(utf8, start, length, scratch.ids(), from);
    }
  }

  private void merge(byte[] utf8, int start, int end, EncoderScratch scratch) {
    IntBuilder ids = scratch.ids();
    if (model.ignoreMerges()) {
      int whole = model.vocabulary().find(utf8, start, end);
      if (whole >= 0) {
        ids.add(whole);
        return;
      }
    }
    scratch.search().encode(utf8, start, end, ids);
  }
}
