// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.Work;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * An operation of a group. It is made and awaited by the thread of its rank; everything else
 * happens on the progress thread: it posts messages, is told of each that is done, may post more,
 * and is done when none is outstanding.
 */
abstract class Operation implements Work {
  private final MpiGroup group;
  private final String label;
  private final Thread owner = Thread.currentThread();
  private int outstanding;
  private long completedNanos;
  private volatile boolean waiting;
  private volatile boolean done;

  /**
   * An operation that is not started.
   *
   * @param label names it in messages
   */
  Operation(MpiGroup group, String label) {
    this.group = group;
    this.label = label;
  }

  /** Posts the first messages, or calls {@link #hold}. */
  abstract void start();

  /** A message is done; more may be posted. */
  void completed(Message message) {}

  /** All messages are done. */
  void finish() {}

  final MpiGroup group() {
    return group;
  }

  final String label() {
    return label;
  }

  final void begin() {
    start();
    settle();
  }

  final void messageDone(Message message) {
    completed(message);
    release();
  }

  /** Keeps the operation from being done until {@link #release}. */
  final void hold() {
    outstanding++;
  }

  final void release() {
    outstanding--;
    settle();
  }

  final void post(
      boolean sending, int peer, int tag, long address, long bytes, Message.Use use, int index) {
    outstanding++;
    group
        .context()
        .progress()
        .post(new Message(this, sending, peer, tag, address, Math.toIntExact(bytes), use, index));
  }

  private void settle() {
    if (outstanding == 0 && !done) {
      finish();
      completedNanos = System.nanoTime();
      done = true;
      if (waiting) {
        LockSupport.unpark(owner);
      }
    }
  }

  @Override
  public final boolean isDone() {
    return done;
  }

  @Override
  public final void await() {
    await(group.context().settings().deadline());
  }

  @Override
  public final void await(Duration deadline) {
    Context context = group.context();
    long start = System.nanoTime();
    while (!done && System.nanoTime() - start < context.waitSpinNanos()) {
      Thread.onSpinWait();
    }
    if (done) {
      return;
    }
    Thread self = Thread.currentThread();
    // Interrupts are for what the rank does besides; the operation goes on.
    boolean interrupted = Thread.interrupted();
    context.failure().enter(self);
    try {
      waiting = true;
      while (!done) {
        context.failure().check();
        interrupted |= Thread.interrupted();
        // Compared as a difference: the deadline may be the longest duration there is.
        long left = nanos(deadline) - (System.nanoTime() - start);
        if (left <= 0) {
          throwUnlessDone(deadline);
        } else {
          LockSupport.parkNanos(this, left);
        }
      }
    } finally {
      context.failure().leave(self);
      if (interrupted) {
        self.interrupt();
      }
    }
  }

  private void throwUnlessDone(Duration deadline) {
    Context context = group.context();
    Absence absence = context.progress().whoIsMissing(this);
    if (!done) {
      String text = label + ": " + absence.text() + " within " + deadline.toMillis() + " ms";
      throw context.failure().raiseAndAwaitQuiet(new RankFailedException(absence.rank(), text));
    }
  }

  private static long nanos(Duration deadline) {
    try {
      return deadline.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  @Override
  public final long completedNanos() {
    if (!done) {
      throw new IllegalStateException(label + " is not done");
    }
    return completedNanos;
  }

  @Override
  public final String toString() {
    return label;
  }
}
