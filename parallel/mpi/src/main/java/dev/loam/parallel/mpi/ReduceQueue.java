// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets two large reductions of a group be under way at a time, which bounds the memory for them.
 * All members start them in the same order, so none waits for one that is held back elsewhere.
 * Belongs to the progress thread.
 */
final class ReduceQueue {
  private static final int MOST = 2;

  private final Buffers buffers = new Buffers();
  private final Deque<PieceReduce> waiting = new ArrayDeque<>();
  private int active;

  void add(PieceReduce operation) {
    waiting.add(operation);
    startNext();
  }

  /** An operation that was started is done, and gives back its memory. */
  void done(ByteBuffer memory) {
    buffers.give(memory);
    active--;
    startNext();
  }

  private void startNext() {
    if (active < MOST && !waiting.isEmpty()) {
      active++;
      PieceReduce next = waiting.remove();
      next.proceed(buffers.take(next.stagingBytes()));
    }
  }
}
