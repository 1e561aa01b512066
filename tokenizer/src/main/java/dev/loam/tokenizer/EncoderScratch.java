// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;

/** The memory that one thread encodes in. */
final class EncoderScratch {
  private static final int KEPT_IDS = 1 << 17;

  private final Utf8Buffer text = new Utf8Buffer();
  private final IntBuilder ids = new IntBuilder();
  private final WordCache cache;
  private final TokenSearch search;

  EncoderScratch(WordCache cache, TokenSearch search) {
    this.cache = cache;
    this.search = search;
  }

  /** The text to encode next. */
  Utf8Buffer text() {
    return text;
  }

  /** The ids so far. */
  IntBuilder ids() {
    return ids;
  }

  WordCache cache() {
    return cache;
  }

  TokenSearch search() {
    return search;
  }

  /** Makes it ready for another use, without the memory that an unusually long text needed. */
  void reset() {
    text.trim();
    ids.clear(KEPT_IDS);
  }
}
