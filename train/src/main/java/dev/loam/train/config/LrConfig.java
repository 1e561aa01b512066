// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.LrSchedule;
import java.util.Optional;

/**
 * A learning-rate schedule before the number of steps is known.
 *
 * @param warmUpRatio the share of all steps; wins over {@code warmUpSteps}
 * @param totalSteps where the schedule ends; by default the steps of the run
 */
public record LrConfig(
    Kind kind,
    double learningRate,
    double lrEnd,
    double cycles,
    double warmUpInit,
    long warmUpSteps,
    Optional<Double> warmUpRatio,
    Optional<Long> totalSteps) {
  /** The kinds of schedules. */
  public enum Kind {
    /** {@code ConstantWarmUpLR}. */
    CONSTANT,
    /** {@code LinearWithWarmUpLR}. */
    LINEAR,
    /** {@code CosineWithWarmUpLR}. */
    COSINE
  }

  /** The schedule of a run of that many steps. */
  public LrSchedule schedule(long stepsOfRun) {
    long total = totalSteps.orElse(stepsOfRun);
    long warmUp = warmUpRatio.map(ratio -> (long) (ratio * total)).orElse(warmUpSteps);
    LrSchedule.WarmUp rise = new LrSchedule.WarmUp(warmUp, warmUpInit);
    return switch (kind) {
      case CONSTANT -> new LrSchedule.Constant(learningRate, rise);
      case LINEAR -> new LrSchedule.Linear(learningRate, rise, total);
      case COSINE -> new LrSchedule.Cosine(learningRate, rise, total, lrEnd, cycles);
    };
  }
}
