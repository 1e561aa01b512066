// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** What Java counts about the memory that the calling thread allocates; empty where it does not. */
final class ThreadMemory {
  private ThreadMemory() {}

  /** Bytes so far, freed or not. */
  static OptionalLong allocated() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
        ? OptionalLong.of(threads.getThreadAllocatedBytes(Thread.currentThread().getId()))
        : OptionalLong.empty();
  }

  /** Bytes since there were so many. */
  static OptionalLong since(long before) {
    OptionalLong now = allocated();
    return now.isPresent() ? OptionalLong.of(now.getAsLong() - before) : now;
  }
}
