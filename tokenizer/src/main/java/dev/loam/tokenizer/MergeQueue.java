// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/** A binary heap of candidate merges: the lowest rank first, among equal ranks the leftmost. */
final class MergeQueue {
  private long[] heap = new long[32];
  private int size;

  void clear() {
    size = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(int rank, int position) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    long candidate = (long) rank << 32 | position;
    int i = size++;
    while (i > 0 && candidate < heap[(i - 1) / 2]) {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
    heap[i] = candidate;
  }

  /** Removes the first candidate: its rank in the upper, its position in the lower 32 bits. */
  long remove() {
    long first = heap[0];
    long last = heap[--size];
    int i = 0;
    for (int child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && heap[child + 1] < heap[child]) {
        child++;
      }
      if (last <= heap[child]) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
