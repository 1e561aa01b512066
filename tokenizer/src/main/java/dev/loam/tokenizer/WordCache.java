// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of words seen before. A word has one slot and takes it from whichever word was there,
 * so the size is bounded and old words give way. Safe to share among threads without locks: entries
 * are immutable.
 */
final class WordCache {
  /** Longer words are rare and seldom come again. */
  static final int MAX_WORD = 64;

  private static final int SLOTS = 1 << 15;

  private final AtomicReferenceArray<@Nullable Entry> slots = new AtomicReferenceArray<>(SLOTS);

  /** The tokens of a part of a text; the caller must not change the array. */
  int @Nullable [] get(String text, int start, int end) {
    Entry entry = slots.getAcquire(slot(text, start, end));
    return entry != null && entry.word.length() == end - start && text.startsWith(entry.word, start)
        ? entry.tokens
        : null;
  }

  void put(String word, int[] tokens) {
    slots.setRelease(slot(word, 0, word.length()), new Entry(word, tokens));
  }

  private static int slot(String text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return (hash * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(SLOTS - 1);
  }

  private static final class Entry {
    final String word;
    final int[] tokens;

    Entry(String word, int[] tokens) {
      this.word = word;
      this.tokens = tokens;
    }
  }
}
