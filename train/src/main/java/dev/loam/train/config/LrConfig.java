// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.LearningRateSchedule;
import dev.loam.train.LrSchedule;
import java.util.Optional;

/**
 * A learning-rate schedule before the number of steps is known.
 *
 * @param kind what it does after the warm-up
 * @param learningRate its top
 * @param warmUp how long it rises
 * @param warmUpInit where it rises from
 * @param totalSteps where it ends; by default with the run
 * @param inFloat32 whether steps and rates are rounded to float32, as upstream has them
 */
public record LrConfig(
    Kind kind,
    double learningRate,
    Length warmUp,
    double warmUpInit,
    Optional<Long> totalSteps,
    boolean inFloat32) {

  /** A number of steps. */
  public sealed interface Length {
    /** As many in a run of a total of steps, so many of them in a pass over the data. */
    long steps(long total, long ofEpoch);

    /** Given. */
    record Steps(long count) implements Length {
      @Override
      public long steps(long total, long ofEpoch) {
        return count;
      }
    }

    /** A share of the total, whole steps of it. */
    record Ratio(double share) implements Length {
      @Override
      public long steps(long total, long ofEpoch) {
        return (long) (share * total);
      }
    }

    /** Passes over the data. */
    record Epochs(double count) implements Length {
      @Override
      public long steps(long total, long ofEpoch) {
        return (long) (count * ofEpoch);
      }
    }
  }

  /** The kinds of schedules, with what each has of its own. */
  public sealed interface Kind {
    /** {@code ConstantWarmUpLR}. */
    record Constant() implements Kind {}

    /** {@code LinearWithWarmUpLR}. */
    record Linear() implements Kind {}

    /** {@code CosineWithWarmUpLR}. */
    record Cosine(double lrEnd, double cycles, Optional<Length> decay) implements Kind {}

    /** {@code CosineWithRestartsAndWarmUpLR}. */
    record CosineWithRestarts(double lrEnd, double cycles) implements Kind {}

    /** {@code PolynomialWithWarmUpLR}. */
    record Polynomial(double lrEnd, double power, Optional<Length> decay) implements Kind {}

    /** {@code ConstantWithCoolDownLR}. */
    record ConstantWithCoolDown(
        long keepSteps,
        Optional<Length> decay,
        double cycles,
        double lrEnd1,
        long finalSteps,
        double lrEnd2)
        implements Kind {}

    /** {@code WarmUpStableDecayLR}. */
    record WarmUpStableDecay(Length decayStart, double lrEnd) implements Kind {}

    /** {@code InverseSquareRootWithWarmUpLR}. */
    record InverseSquareRoot(double lrEnd) implements Kind {}

    /** {@code CosineAnnealingLR}. */
    record CosineAnnealing(long tMax, double etaMin) implements Kind {}

    /** {@code CosineAnnealingWarmRestarts}. */
    record CosineAnnealingWarmRestarts(long t0, long tMult, double etaMin) implements Kind {}
  }

  /**
   * The schedule of a run.
   *
   * @param stepsOfRun all of its steps
   * @param stepsOfEpoch those of a pass over the data
   */
  public LearningRateSchedule schedule(long stepsOfRun, long stepsOfEpoch) {
    LrSchedule schedule = exactly(totalSteps.orElse(stepsOfRun), stepsOfEpoch);
    return inFloat32 ? step -> (float) schedule.at((long) (float) step) : schedule;
  }

  private LrSchedule exactly(long total, long ofEpoch) {
    double lr = learningRate;
    LrSchedule.WarmUp rise = new LrSchedule.WarmUp(warmUp.steps(total, ofEpoch), warmUpInit);
    if (kind instanceof Kind.Linear) {
      return new LrSchedule.Linear(lr, rise, total);
    } else if (kind instanceof Kind.Cosine k) {
      long decay = steps(k.decay, total, total, ofEpoch);
      return new LrSchedule.Cosine(lr, rise, total, k.lrEnd, k.cycles, decay);
    } else if (kind instanceof Kind.CosineWithRestarts k) {
      return new LrSchedule.CosineWithRestarts(lr, rise, total, k.lrEnd, k.cycles);
    } else if (kind instanceof Kind.Polynomial k) {
      long decay = steps(k.decay, total - rise.steps(), total, ofEpoch);
      return new LrSchedule.Polynomial(lr, rise, total, k.lrEnd, k.power, decay);
    } else if (kind instanceof Kind.ConstantWithCoolDown k) {
      long decay = steps(k.decay, total, total, ofEpoch);
      return new LrSchedule.ConstantWithCoolDown(
          lr, rise, k.keepSteps, decay, k.cycles, k.lrEnd1, k.finalSteps, k.lrEnd2);
    } else if (kind instanceof Kind.WarmUpStableDecay k) {
      long start = k.decayStart.steps(total, ofEpoch);
      return new LrSchedule.WarmUpStableDecay(lr, rise, total, start, k.lrEnd);
    } else if (kind instanceof Kind.InverseSquareRoot k) {
      return new LrSchedule.InverseSquareRoot(lr, rise, total, k.lrEnd);
    } else if (kind instanceof Kind.CosineAnnealing k) {
      return new LrSchedule.CosineAnnealing(lr, k.tMax, k.etaMin);
    } else if (kind instanceof Kind.CosineAnnealingWarmRestarts k) {
      return new LrSchedule.CosineAnnealingWarmRestarts(lr, k.t0, k.tMult, k.etaMin);
    }
    return new LrSchedule.Constant(lr, rise);
  }

  private static long steps(Optional<Length> length, long absent, long total, long ofEpoch) {
    return length.map(given -> given.steps(total, ofEpoch)).orElse(absent);
  }
}
