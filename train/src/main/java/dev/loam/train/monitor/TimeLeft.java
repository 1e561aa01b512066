// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.StepMetrics;

/** How long a run will still take, by the mean of its steps so far. For one thread. */
public final class TimeLeft {
  private double seconds;
  private long steps;
  private long stepsLeft;

  /** Takes note of a step. */
  public void step(StepMetrics m) {
    seconds += m.seconds();
    steps++;
    stepsLeft = m.totalSteps() - m.step();
  }

  /** Seconds until the end; 0 before the first step. */
  public double seconds() {
    return steps == 0 ? 0 : seconds / steps * stepsLeft;
  }

  /** The same as hours, minutes and seconds. */
  public String text() {
    long left = Math.round(seconds());
    return "%d:%02d:%02d".formatted(left / 3600, left / 60 % 60, left % 60);
  }
}
