// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * The usual schedules. Every schedule rises in a straight line over its warm-up. Steps count from
 * 0, the first step being 0; whether a step reads its own rate or the next is the caller's choice
 * ({@code lr_schedule.step_offset}).
 */
public sealed interface LrSchedule extends LearningRateSchedule {
  /**
   * The straight rise at the start.
   *
   * @param steps its length
   * @param initial the rate at step 0
   */
  record WarmUp(long steps, double initial) {
    boolean covers(long step) {
      return step < steps;
    }

    double at(long step, double target) {
      return initial + (target - initial) * step / steps;
    }
  }

  /** Stays at the top. */
  record Constant(double lr, WarmUp warmUp) implements LrSchedule {
    @Override
    public double at(long step) {
      return warmUp.covers(step) ? warmUp.at(step, lr) : lr;
    }
  }

  /** Falls in a straight line to zero at {@code totalSteps}. */
  record Linear(double lr, WarmUp warmUp, long totalSteps) implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      double left = (double) (totalSteps - step) / Math.max(1, totalSteps - warmUp.steps());
      return lr * Math.max(0, left);
    }
  }

  /** Falls along a cosine to {@code lrEnd} at {@code totalSteps}, half a turn by default. */
  record Cosine(double lr, WarmUp warmUp, long totalSteps, double lrEnd, double cycles)
      implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      if (step >= totalSteps) {
        return lrEnd;
      }
      double progress = (double) (step - warmUp.steps()) / Math.max(1, totalSteps - warmUp.steps());
      double share = 0.5 * (1 + Math.cos(Math.PI * 2 * cycles * progress));
      return lrEnd + (lr - lrEnd) * Math.max(0, share);
    }
  }
}
