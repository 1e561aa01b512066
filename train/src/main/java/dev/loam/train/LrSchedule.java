// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * The usual schedules. Steps count from 0, the first step being 0; whether a step reads its own
 * rate or the next is the caller's choice ({@code lr_schedule.step_offset}). Where a schedule has a
 * total, it goes on with its last value beyond it.
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

    /** How far a step is from the end of the warm-up to a total; 1 at the total. */
    double progress(long step, long totalSteps) {
      return (double) (step - steps) / Math.max(1, totalSteps - steps);
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

  /**
   * Falls along a cosine to {@code lrEnd} at {@code totalSteps}, half a turn by default.
   *
   * @param decaySteps where {@code lrEnd} begins, whatever the cosine
   */
  record Cosine(
      double lr, WarmUp warmUp, long totalSteps, double lrEnd, double cycles, long decaySteps)
      implements LrSchedule {
    /** Until the total. */
    public Cosine(double lr, WarmUp warmUp, long totalSteps, double lrEnd, double cycles) {
      this(lr, warmUp, totalSteps, lrEnd, cycles, totalSteps);
    }

    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      if (step >= decaySteps) {
        return lrEnd;
      }
      double turn = Math.PI * 2 * cycles * warmUp.progress(step, totalSteps);
      return lrEnd + (lr - lrEnd) * Math.max(0, 0.5 * (1 + Math.cos(turn)));
    }
  }

  /** Falls along half a cosine to {@code lrEnd}, again and again, {@code cycles} times in all. */
  record CosineWithRestarts(double lr, WarmUp warmUp, long totalSteps, double lrEnd, double cycles)
      implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      double progress = warmUp.progress(step, totalSteps);
      if (progress >= 1) {
        return lrEnd;
      }
      double turn = Math.PI * (cycles * progress % 1);
      return lrEnd + (lr - lrEnd) * Math.max(0, 0.5 * (1 + Math.cos(turn)));
    }
  }

  /**
   * Falls along a power of what is left to {@code lrEnd}.
   *
   * @param decaySteps the length of the fall, after the warm-up
   * @param totalSteps where {@code lrEnd} begins at the latest
   */
  record Polynomial(
      double lr, WarmUp warmUp, long totalSteps, double lrEnd, double power, long decaySteps)
      implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      double left = 1 - (double) (step - warmUp.steps()) / Math.max(1, decaySteps);
      return step > totalSteps || left < 0 ? lrEnd : lrEnd + (lr - lrEnd) * Math.pow(left, power);
    }
  }

  /**
   * Stays at the top, falls along a cosine, stays at the bottom, and ends on another level.
   *
   * @param keepSteps at the top, after the warm-up
   * @param decaySteps of the fall to {@code lrEnd1}
   * @param finalSteps at {@code lrEnd1}; from then on it is {@code lrEnd2}
   */
  record ConstantWithCoolDown(
      double lr,
      WarmUp warmUp,
      long keepSteps,
      long decaySteps,
      double cycles,
      double lrEnd1,
      long finalSteps,
      double lrEnd2)
      implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      long falling = step - warmUp.steps() - keepSteps;
      if (falling < 0) {
        return lr;
      }
      if (falling < decaySteps) {
        double turn = Math.PI * 2 * cycles * falling / decaySteps;
        return lrEnd1 + (lr - lrEnd1) * Math.max(0, 0.5 * (1 + Math.cos(turn)));
      }
      return falling < decaySteps + finalSteps ? lrEnd1 : lrEnd2;
    }
  }

  /** Stays at the top until {@code decayStart}, then falls in a straight line to the total. */
  record WarmUpStableDecay(double lr, WarmUp warmUp, long totalSteps, long decayStart, double lrEnd)
      implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      if (step < decayStart) {
        return lr;
      }
      double fallen = (double) (step - decayStart) / Math.max(1, totalSteps - decayStart);
      return fallen >= 1 ? lrEnd : lr + (lrEnd - lr) * fallen;
    }
  }

  /** Falls with the square root of the step, as Megatron-LM has it, not below {@code lrEnd}. */
  record InverseSquareRoot(double lr, WarmUp warmUp, long totalSteps, double lrEnd)
      implements LrSchedule {
    @Override
    public double at(long step) {
      if (warmUp.covers(step)) {
        return warmUp.at(step, lr);
      }
      if (step > totalSteps) {
        return lrEnd;
      }
      double share = Math.sqrt((double) Math.max(1, warmUp.steps()) / Math.max(1, step));
      return Math.max(lrEnd, lr * share);
    }
  }

  /** Swings along a cosine between {@code lr} and {@code lrEnd}, there and back in two halves. */
  record CosineAnnealing(double lr, long halfPeriod, double lrEnd) implements LrSchedule {
    @Override
    public double at(long step) {
      return lrEnd + (lr - lrEnd) * 0.5 * (1 + Math.cos(Math.PI * step / halfPeriod));
    }
  }

  /**
   * Falls along half a cosine again and again (Loshchilov and Hutter, arXiv 1608.03983).
   *
   * @param first steps of the first fall
   * @param factor what each fall is longer by than the one before
   */
  record CosineAnnealingWarmRestarts(double lr, long first, long factor, double lrEnd)
      implements LrSchedule {
    @Override
    public double at(long step) {
      long length = first;
      long within = step;
      if (factor == 1) {
        within = step % first;
      } else {
        while (within >= length) {
          within -= length;
          length *= factor;
        }
      }
      return lrEnd + (lr - lrEnd) * 0.5 * (1 + Math.cos(Math.PI * within / length));
    }
  }
}
