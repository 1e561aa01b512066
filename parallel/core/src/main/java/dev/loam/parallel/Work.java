// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.time.Duration;

/** An operation of a {@link ProcessGroup} under way. Used by the thread that started it. */
public interface Work {
  /** Whether it is done, without waiting. */
  boolean isDone();

  /**
   * Waits until it is done, for at most that long counted from this call. Waiting does not burn a
   * core.
   *
   * @throws RankFailedException if a rank failed or the time is up, which ends the whole context
   */
  void await(Duration deadline);

  /** Waits with the deadline of the context. */
  void await();

  /**
   * When it was done, by {@link System#nanoTime}.
   *
   * @throws IllegalStateException if it is not done
   */
  long completedNanos();
}
