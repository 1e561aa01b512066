// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.reduce.TreeReducer;
import java.util.concurrent.locks.LockSupport;

/** Runs chunks on one thread, and lets others see when it does not touch tensors any more. */
final class ChunkRunner {
  private static final long POLL_NANOS = 10_000;

  private final World world;
  private final TreeReducer reducer = new TreeReducer();
  private volatile boolean busy;

  ChunkRunner(World world) {
    this.world = world;
  }

  /** Runs a chunk, if there is one left and no rank has failed. */
  boolean runOne(Operation operation) {
    // First busy, then the look at the failure: who fails first writes, then looks at busy. So
    // either this sees the failure, or the other one sees that this is busy.
    busy = true;
    try {
      if (world.failure() != null) {
        return false;
      }
      int chunk = operation.take();
      if (chunk < 0) {
        return false;
      }
      operation.run(chunk, reducer);
    } catch (RuntimeException | Error e) {
      world.fail(Failure.thrown(operation.member(0).worldRank(), e));
      return false;
    } finally {
      busy = false;
    }
    operation.finish();
    return true;
  }

  /** Returns when this thread is not within a chunk. */
  void awaitIdle() {
    while (busy) {
      LockSupport.parkNanos(this, POLL_NANOS);
    }
  }
}
