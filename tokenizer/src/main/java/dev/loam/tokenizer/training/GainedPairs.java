// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;

/** The pairs that one merge brings about, with the words they are in. For one thread. */
final class GainedPairs {
  private static final int EVENTS = 1 << 16;

  private final PairTable pairs;
  private final PairQueue queue;

  /** Of a pair of the table its number here, if that pair has this number. */
  private int[] numberOf = new int[0];

  private int[] pairOf = new int[64];
  private int[] lastWord = new int[64];
  private int[] wordCount = new int[64];
  private int size;

  private final IntPool events = new IntPool(); // number and word, by turns
  private long eventCount;

  GainedPairs(PairTable pairs, PairQueue queue) {
    this.pairs = pairs;
    this.queue = queue;
  }

  /** The number by which a pair is known until the pairs are queued. */
  int number(int pair) {
    if (pair >= numberOf.length) {
      numberOf = Arrays.copyOf(numberOf, Math.max(pair + 1, 2 * numberOf.length));
    }
    int number = numberOf[pair];
    if (number < size && pairOf[number] == pair) {
      return number;
    }
    if (size == pairOf.length) {
      pairOf = Arrays.copyOf(pairOf, 2 * size);
      lastWord = Arrays.copyOf(lastWord, 2 * size);
      wordCount = Arrays.copyOf(wordCount, 2 * size);
    }
    pairOf[size] = pair;
    wordCount[size] = 0;
    numberOf[pair] = size;
    return size++;
  }

  /** Counts a pair in a word. The pairs of a word come together. */
  void add(int number, int word, long count) {
    pairs.add(pairOf[number], count);
    if (wordCount[number] > 0 && lastWord[number] == word) {
      return;
    }
    lastWord[number] = word;
    wordCount[number]++;
    if (eventCount == events.size()) {
      events.resize(eventCount + EVENTS);
    }
    events.set(eventCount++, number);
    events.set(eventCount++, word);
  }

  /** Queues the pairs and forgets them. */
  void queue() {
    long[] starts = new long[size];
    for (int number = 0; number < size; number++) {
      boolean occurs = pairs.count(pairOf[number]) > 0;
      starts[number] = occurs ? queue.add(pairOf[number], wordCount[number]) : -1;
    }
    IntPool pool = queue.pool();
    for (long i = 0; i < eventCount; i += 2) {
      int number = events.get(i);
      if (starts[number] >= 0) {
        pool.set(starts[number]++, events.get(i + 1));
      }
    }
    size = 0;
    eventCount = 0;
  }
}
