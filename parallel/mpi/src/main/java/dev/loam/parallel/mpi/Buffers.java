// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Direct buffers that are used again. Safe for use by several threads. */
final class Buffers {
  private final Deque<ByteBuffer> free = new ArrayDeque<>();

  /**
   * A buffer of at least so many bytes. Of the free ones, too small ones are left to be collected.
   */
  ByteBuffer take(long bytes) {
    synchronized (free) {
      while (!free.isEmpty()) {
        ByteBuffer buffer = free.pop();
        if (buffer.capacity() >= bytes) {
          return buffer;
        }
      }
    }
    long rounded = Long.highestOneBit(Math.max(bytes, 8) * 2 - 1);
    return ByteBuffer.allocateDirect(Math.toIntExact(Math.min(rounded, 1 << 30)));
  }

  void give(ByteBuffer buffer) {
    synchronized (free) {
      free.push(buffer);
    }
  }
}
