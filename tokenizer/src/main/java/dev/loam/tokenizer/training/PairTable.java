// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;

/**
 * How often each pair of neighbouring tokens occurs: a hash table with open addressing, in which a
 * pair keeps the index it got when it was first seen. For one thread.
 */
final class PairTable {
  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final int FIRST_SIZE = 1 << 10;

  private int[] slots = new int[2 * FIRST_SIZE]; // index + 1, or 0
  private long[] pairs = new long[FIRST_SIZE];
  private long[] counts = new long[FIRST_SIZE];
  private int size;

  /** Two tokens in one number, by which pairs are ordered. */
  static long pair(int left, int right) {
    return (long) left << Integer.SIZE | right;
  }

  static int left(long pair) {
    return (int) (pair >>> Integer.SIZE);
  }

  static int right(long pair) {
    return (int) pair;
  }

  int size() {
    return size;
  }

  long pair(int index) {
    return pairs[index];
  }

  long count(int index) {
    return counts[index];
  }

  void add(int index, long change) {
    counts[index] += change;
  }

  /** The index of a pair, or -1 if it was never seen. */
  int find(long pair) {
    return slots[slot(pair)] - 1;
  }

  /** The index of a pair, a new one if it was never seen. */
  int findOrAdd(long pair) {
    int slot = slot(pair);
    if (slots[slot] != 0) {
      return slots[slot] - 1;
    }
    if (size == pairs.length) {
      grow();
      slot = slot(pair);
    }
    pairs[size] = pair;
    slots[slot] = ++size;
    return size - 1;
  }

  private int slot(long pair) {
    int mask = slots.length - 1;
    long mixed = pair * MIX;
    int slot = (int) (mixed ^ mixed >>> Integer.SIZE) & mask;
    while (slots[slot] != 0 && pairs[slots[slot] - 1] != pair) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    if (size > 1 << 28) {
      throw new BpeTrainingException(
          "more than " + size + " different pairs of tokens; use a smaller vocabulary");
    }
    pairs = Arrays.copyOf(pairs, 2 * size);
    counts = Arrays.copyOf(counts, 2 * size);
    slots = new int[4 * size];
    for (int i = 0; i < size; i++) {
      slots[slot(pairs[i])] = i + 1;
    }
  }
}
