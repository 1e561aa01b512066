// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;

/** The pairs of bytes that the words consist of before the first merge. For one thread. */
final class InitialPairs {
  private static final int NO_WORD = -1; // no handle: no word fits into the last place

  private final TrainingWords words;
  private final PairTable pairs;
  private int[] lastWord = new int[1 << 10];
  private int[] wordCount = new int[1 << 10];

  private InitialPairs(TrainingWords words, PairTable pairs) {
    this.words = words;
    this.pairs = pairs;
    Arrays.fill(lastWord, NO_WORD);
  }

  /** Counts the pairs and queues them. */
  static void queue(TrainingWords words, PairTable pairs, PairQueue queue) {
    InitialPairs initial = new InitialPairs(words, pairs);
    words.forEach(initial::count);
    long[] next = new long[pairs.size()];
    for (int pair = 0; pair < next.length; pair++) {
      next[pair] = queue.add(pair, initial.wordCount[pair]);
    }
    Arrays.fill(initial.lastWord, NO_WORD);
    words.forEach(word -> initial.place(word, queue.pool(), next));
  }

  private void count(int word) {
    int[] chunk = words.chunk(word);
    int position = TrainingWords.position(word);
    int first = position + TrainingWords.HEADER;
    long count = TrainingWords.count(chunk, position);
    for (int i = first + 1; i < first + chunk[position]; i++) {
      int pair = pairs.findOrAdd(PairTable.pair(chunk[i - 1], chunk[i]));
      if (pair == lastWord.length) {
        lastWord = Arrays.copyOf(lastWord, 2 * pair);
        wordCount = Arrays.copyOf(wordCount, 2 * pair);
        Arrays.fill(lastWord, pair, 2 * pair, NO_WORD);
      }
      pairs.add(pair, count);
      if (lastWord[pair] != word) {
        lastWord[pair] = word;
        wordCount[pair]++;
      }
    }
  }

  private void place(int word, IntPool pool, long[] next) {
    int[] chunk = words.chunk(word);
    int position = TrainingWords.position(word);
    int first = position + TrainingWords.HEADER;
    for (int i = first + 1; i < first + chunk[position]; i++) {
      int pair = pairs.find(PairTable.pair(chunk[i - 1], chunk[i]));
      if (lastWord[pair] != word) {
        lastWord[pair] = word;
        pool.set(next[pair]++, word);
      }
    }
  }
}
