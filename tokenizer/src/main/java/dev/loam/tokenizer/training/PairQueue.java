// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;

/**
 * The pairs that may be merged, the most frequent first, among equally frequent ones the one with
 * the smaller tokens. An entry keeps the count its pair had when it was queued and the words where
 * it was then. When it comes up with a count that is no longer true it is put back with the true
 * one. A pair that gains words later is queued a second time, with those. For one thread.
 *
 * <p>Entries are columns of arrays, and the words of all entries lie one after another in one pool,
 * from which those of removed entries are squeezed out now and then.
 */
final class PairQueue {
  private static final int FIRST_SIZE = 1 << 10;
  private static final long LEAST_GARBAGE = 1 << 4;

  private final PairTable pairs;
  private final IntPool pool = new IntPool();
  private long garbage;

  private int[] pairOf = new int[FIRST_SIZE]; // -1 where an entry was removed
  private long[] countOf = new long[FIRST_SIZE];
  private long[] wordsOf =
      new long[FIRST_SIZE + 1]; // where the words begin; those of the next follow
  private int entries;

  private int[] heap = new int[FIRST_SIZE];
  private int heapSize;

  PairQueue(PairTable pairs) {
    this.pairs = pairs;
  }

  /** Queues a pair with its present count; its words are to be set in {@link #pool()}. */
  long add(int pair, long words) {
    if (entries == pairOf.length) {
      int more = entries + (entries >> 1);
      pairOf = Arrays.copyOf(pairOf, more);
      countOf = Arrays.copyOf(countOf, more);
      wordsOf = Arrays.copyOf(wordsOf, more + 1);
    }
    long start = pool.size();
    pairOf[entries] = pair;
    countOf[entries] = pairs.count(pair);
    pool.resize(start + words);
    wordsOf[++entries] = pool.size();
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, 2 * heapSize);
    }
    heap[heapSize++] = entries - 1;
    siftUp(heapSize - 1);
    return start;
  }

  IntPool pool() {
    return pool;
  }

  /**
   * The entry that comes next, or -1 if there is none; it stays until it is removed. Entries that
   * were named before are no longer valid.
   */
  int first() {
    if (garbage > LEAST_GARBAGE && garbage > pool.size() / 2) {
      squeeze();
    }
    while (heapSize > 0) {
      int entry = heap[0];
      long count = pairs.count(pairOf[entry]);
      if (count == countOf[entry]) {
        return entry;
      }
      countOf[entry] = count;
      siftDown(0);
    }
    return -1;
  }

  int pair(int entry) {
    return pairOf[entry];
  }

  /** Where in the pool the words of an entry begin. */
  long wordsStart(int entry) {
    return wordsOf[entry];
  }

  /** Where in the pool the words of an entry end. */
  long wordsEnd(int entry) {
    return wordsOf[entry + 1];
  }

  /** Removes the first entry. Its words can be read until another is added. */
  void removeFirst() {
    int entry = heap[0];
    heap[0] = heap[--heapSize];
    siftDown(0);
    garbage += wordsEnd(entry) - wordsStart(entry);
    pairOf[entry] = -1;
  }

  /** Moves entries and words together, in their order. */
  private void squeeze() {
    int[] moved = new int[entries];
    int to = 0;
    long end = 0;
    for (int entry = 0; entry < entries; entry++) {
      if (pairOf[entry] >= 0) {
        long start = end;
        for (long i = wordsStart(entry); i < wordsEnd(entry); i++) {
          pool.set(end++, pool.get(i));
        }
        pairOf[to] = pairOf[entry];
        countOf[to] = countOf[entry];
        wordsOf[to] = start;
        moved[entry] = to++;
      }
    }
    entries = to;
    wordsOf[to] = end;
    pool.resize(end);
    garbage = 0;
    for (int i = 0; i < heapSize; i++) {
      heap[i] = moved[heap[i]];
    }
  }

  private void siftUp(int from) {
    int entry = heap[from];
    int at = from;
    while (at > 0 && isBefore(entry, heap[(at - 1) >>> 1])) {
      heap[at] = heap[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    heap[at] = entry;
  }

  private void siftDown(int from) {
    int entry = heap[from];
    int at = from;
    while (2 * at + 1 < heapSize) {
      int child = 2 * at + 1;
      if (child + 1 < heapSize && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], entry)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }

  private boolean isBefore(int a, int b) {
    if (countOf[a] != countOf[b]) {
      return countOf[a] > countOf[b];
    }
    if (pairOf[a] != pairOf[b]) {
      return pairs.pair(pairOf[a]) < pairs.pair(pairOf[b]);
    }
    return a < b;
  }
}
