// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import java.time.Duration;
import java.util.Optional;

/**
 * When a training is saved, and which checkpoints are kept. Whatever it says, the state at the end
 * of a training is saved, and so is that at a requested stop.
 *
 * @param everySteps steps between two saves; 0 for none at fixed steps
 * @param every time between two saves
 * @param async whether only a copy in memory is made between two steps, and written while the
 *     training goes on; at most one at a time
 * @param onFailure whether the state before a step that failed is saved
 * @param keepLatest how many of the newest are kept; 0 for all
 * @param keepEverySteps checkpoints of steps that this divides are kept for good; 0 for none
 * @param keepBest how many of those with the lowest loss are kept
 */
public record CheckpointPolicy(
    int everySteps,
    Optional<Duration> every,
    boolean async,
    boolean onFailure,
    int keepLatest,
    int keepEverySteps,
    int keepBest) {
  /** At the end of the training and on failure; the five newest are kept. */
  public static final CheckpointPolicy DEFAULT =
      new CheckpointPolicy(0, Optional.empty(), false, true, 5, 0, 0);

  /** Checks that nothing is negative. */
  public CheckpointPolicy {
    if (Math.min(everySteps, keepLatest) < 0 || Math.min(keepEverySteps, keepBest) < 0) {
      throw new IllegalArgumentException("a count is negative: " + everySteps + ", " + keepLatest);
    }
  }

  /** With a save every so many steps. */
  public CheckpointPolicy withEverySteps(int steps) {
    return new CheckpointPolicy(
        steps, every, async, onFailure, keepLatest, keepEverySteps, keepBest);
  }

  /** Writing while the training goes on, or not. */
  public CheckpointPolicy withAsync(boolean on) {
    return new CheckpointPolicy(
        everySteps, every, on, onFailure, keepLatest, keepEverySteps, keepBest);
  }

  /** With so many of the newest kept. */
  public CheckpointPolicy withKeepLatest(int count) {
    return new CheckpointPolicy(
        everySteps, every, async, onFailure, count, keepEverySteps, keepBest);
  }
}
