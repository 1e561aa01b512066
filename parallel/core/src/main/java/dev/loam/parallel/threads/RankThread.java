// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.reduce.HostBuffer;
import dev.loam.tensor.Tensor;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The thread of one rank: how it waits, and how others see that it does. */
final class RankThread {
  private static final long SPIN_NANOS = 20_000;
  private static final long SHORT_SPIN_NANOS = 500;

  private final World world;
  private final int worldRank;
  private final ChunkRunner runner;
  private final long spinNanos;
  private final BufferCache buffers = new BufferCache();
  private volatile @Nullable Thread thread;
  private volatile boolean ended;
  private volatile @Nullable Operation waitingFor;
  private volatile @Nullable Call waitingCall;

  /**
   * A rank that has not begun.
   *
   * @param spareCores whether there are more cores than ranks, so that waiting may burn one a while
   */
  RankThread(World world, int worldRank, ChunkRunner runner, boolean spareCores) {
    this.world = world;
    this.worldRank = worldRank;
    this.runner = runner;
    this.spinNanos = spareCores ? SPIN_NANOS : SHORT_SPIN_NANOS;
  }

  int worldRank() {
    return worldRank;
  }

  ChunkRunner runner() {
    return runner;
  }

  // On the thread of the rank.

  /** Whether it may: not if it has ended before it began. */
  synchronized boolean begin() {
    if (!ended) {
      thread = Thread.currentThread();
    }
    return !ended;
  }

  synchronized void end() {
    thread = null;
    ended = true;
  }

  void requireCurrent(String group) {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "group "
              + group
              + " belongs to the thread of rank "
              + worldRank
              + ", not to "
              + Thread.currentThread().getName());
    }
  }

  HostBuffer buffer(Tensor tensor) {
    return buffers.of(tensor);
  }

  /**
   * Waits for an operation and takes its chunks meanwhile.
   *
   * @param call the one that takes part in it
   */
  void await(Call call, Operation operation, Duration deadline) {
    boolean interrupted = false;
    waitingCall = call;
    waitingFor = operation;
    try {
      long start = System.nanoTime();
      while (!operation.isDone()) {
        world.requireAlive(call);
        if (!runner.runOne(operation) && !operation.isDone()) {
          call.group.shared().requireNobodyEnded(call, operation);
          long waited = System.nanoTime() - start;
          if (waited < spinNanos) {
            Thread.onSpinWait();
          } else if (waited < World.nanos(deadline)) {
            LockSupport.parkNanos(operation, World.nanos(deadline) - waited);
          } else if (!operation.isDone()) {
            world.fail(Lateness.of(this, call, operation, deadline));
          }
          // An interrupt is for what the rank does next; what is under way is awaited.
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      waitingFor = null;
      waitingCall = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  // On any thread.

  boolean hasEnded() {
    return ended;
  }

  boolean waitsFor(Operation operation) {
    return waitingFor == operation;
  }

  /** What it waits for, if it does. */
  @Nullable Call waitingCall() {
    return waitingCall;
  }

  /** What it waits for, if it does. */
  @Nullable Operation waitingFor() {
    return waitingFor;
  }

  /** Ends its waiting, if it is for that. */
  void wake(Operation operation) {
    if (waitingFor == operation) {
      wake();
    }
  }

  /** Lets it look again at what it waits for. */
  void wake() {
    LockSupport.unpark(thread);
  }

  /** Sees to it that it does not begin, unless it has. */
  synchronized void endUnlessBegun() {
    if (thread == null) {
      ended = true;
    }
  }

  /** Interrupts what the rank does, if it does anything. */
  synchronized void interrupt() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }
}
