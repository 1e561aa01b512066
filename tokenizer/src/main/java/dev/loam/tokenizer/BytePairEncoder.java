// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** Words to tokens. Immutable but for its cache, and safe to share among threads. */
final class BytePairEncoder {
  private final BpeModel model;
  private final PreTokenizer preTokenizer;
  private final int[] byteTokens;
  private final WordCache cache = new WordCache();

  BytePairEncoder(BpeModel model, PreTokenizer preTokenizer) {
    this.model = model;
    this.preTokenizer = preTokenizer;
    this.byteTokens = model.byteTokens();
  }

  /** Scratch memory for one thread. */
  WordMerger newMerger() {
    return new WordMerger(model.merges());
  }

  /**
   * Encodes a piece of normalized text.
   *
   * @param text well-formed UTF-16
   */
  void encode(String text, WordMerger merger, IntBuilder out) {
    for (int start = 0; start < text.length(); ) {
      int end = preTokenizer.wordEnd(text, start);
      if (end - start > WordCache.MAX_WORD) {
        out.addAll(tokens(text.substring(start, end), merger));
      } else {
        int[] tokens = cache.get(text, start, end);
        if (tokens == null) {
          String word = text.substring(start, end);
          tokens = tokens(word, merger);
          cache.put(word, tokens);
        }
        out.addAll(tokens);
      }
      start = end;
    }
  }

  private int[] tokens(String word, WordMerger merger) {
    byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
    if (model.ignoreMerges()) {
      OptionalInt whole = model.vocabulary().id(ByteLevel.write(bytes));
      if (whole.isPresent()) {
        return new int[] {whole.getAsInt()};
      }
    }
    return merger.merge(bytes, byteTokens);
  }
}
