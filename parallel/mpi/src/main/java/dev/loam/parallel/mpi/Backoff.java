// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import java.util.concurrent.locks.LockSupport;

/**
 * How the progress thread waits between polls: it spins shortly where every rank of this machine
 * has a core, then sleeps a sixteenth of the time it has waited so far, so that a wait gets at most
 * that much longer by it. With nothing under way it still looks now and then, since MPI may hold
 * data back that it took over.
 */
final class Backoff {
  private static final long SHORTEST = 20_000;
  private static final long LONGEST = 1_000_000;
  private static final long LONGEST_IDLE = 50_000_000;

  private final long spinNanos;
  private long since = System.nanoTime();

  Backoff(long spinNanos) {
    this.spinNanos = spinNanos;
  }

  /** Something was done. */
  void reset() {
    since = System.nanoTime();
  }

  /** Nothing was done; {@code busy} if there are messages under way. */
  void idle(boolean busy) {
    long waited = System.nanoTime() - since;
    if (waited < spinNanos) {
      Thread.onSpinWait();
    } else {
      long sleep = Math.min(waited / 16, busy ? LONGEST : LONGEST_IDLE);
      LockSupport.parkNanos(Math.max(SHORTEST, sleep));
    }
  }
}
