// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.PreTokenizer;
import dev.loam.tokenizer.internal.Normalization;
import dev.loam.tokenizer.internal.Utf8;
import java.nio.charset.StandardCharsets;

/**
 * Counts the words of texts in a table of limited size, which is moved to temporary files when it
 * is full. For one thread.
 */
final class WordCounter {
  private final PreTokenizer preTokenizer;
  private final Normalization normalization;
  private final long limit;
  private final SpilledCounts spilled;
  private WordTable table = new WordTable();

  /**
   * A counter that has seen no text.
   *
   * @param limit bytes that the table may take
   */
  WordCounter(BpeTrainerSettings settings, long limit, SpilledCounts spilled) {
    this.preTokenizer = settings.preTokenizer();
    this.normalization = settings.normalization();
    this.limit = limit;
    this.spilled = spilled;
  }

  /** The counts that are in memory. */
  WordTable table() {
    return table;
  }

  /** Adds the counts in memory to another table and forgets them. */
  void moveTo(WordTable other) {
    table.forEach(
        (slab, entry) ->
            other.add(
                slab,
                entry + WordTable.HEADER,
                WordTable.length(slab, entry),
                WordTable.hash(slab, entry),
                WordTable.count(slab, entry),
                Long.MAX_VALUE));
    table = new WordTable();
  }

  /** Moves what is in memory to files. */
  void spill() {
    if (table.size() > 0) {
      spilled.move(table);
      table = new WordTable();
    }
  }

  /** Counts the words of lines, each a text that ends after its line feed. */
  void countLines(byte[] utf8, int from, int to) {
    int start = from;
    for (int i = from; i < to; i++) {
      if (utf8[i] == '\n') {
        countText(utf8, start, i + 1);
        start = i + 1;
      }
    }
    countText(utf8, start, to);
  }

  /** Counts the words of one text, well-formed UTF-8. */
  void countText(byte[] utf8, int from, int to) {
    if (normalization == Normalization.NONE || Utf8.isInert(utf8, from, to)) {
      countWords(utf8, from, to);
    } else {
      String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
      byte[] normalized = normalization.apply(text).getBytes(StandardCharsets.UTF_8);
      countWords(normalized, 0, normalized.length);
    }
  }

  private void countWords(byte[] utf8, int from, int to) {
    for (int start = from; start < to; ) {
      int end = preTokenizer.wordEnd(utf8, start, to);
      int length = end - start;
      int hash = WordTable.hash(utf8, start, length);
      if (!table.add(utf8, start, length, hash, 1, limit)) {
        spill();
        table.add(utf8, start, length, hash, 1, limit);
      }
      start = end;
    }
  }
}
