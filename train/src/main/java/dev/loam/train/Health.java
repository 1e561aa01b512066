// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.train.config.HealthConfig;
import dev.loam.train.config.HealthConfig.Policy;
import java.util.Optional;

/**
 * Judges steps before their update. All ranks judge alike, since they know the same loss and norm.
 *
 * @param threshold gradient norms at or above it are spikes
 * @param abnormal norms at which the run was stopped before
 */
record Health(HealthConfig config, double threshold, AbnormalNorms abnormal) {

  /** What is done with a step. */
  enum Decision {
    UPDATE,
    LEAVE_OUT,
    ROLL_BACK
  }

  /**
   * A judgement.
   *
   * @param outcome what is told of the step
   */
  record Verdict(Decision decision, StepMetrics.Outcome outcome) {}

  /** Whether anything is prevented from spoiling weights. */
  boolean guardsState() {
    return config.onNonFinite() != Policy.PASS;
  }

  /**
   * Judges a step.
   *
   * @param before the step
   * @throws TrainingException if the run is to end here
   */
  Verdict judge(TrainingState before, double loss, double norm) {
    long step = before.step() + 1;
    Optional<StepMetrics.Outcome> known = before.setbacks().of(step);
    if (known.isPresent()) {
      return new Verdict(Decision.LEAVE_OUT, known.get());
    }
    StepMetrics.Outcome found = kindOf(loss, norm);
    Policy policy =
        switch (found) {
          case UPDATED -> Policy.PASS;
          case SKIPPED_NOT_FINITE -> config.onNonFinite();
          case SKIPPED_SPIKE -> abnormal.contains(step) ? Policy.PASS : config.onSpike();
        };
    if (policy == Policy.PASS) {
      return new Verdict(Decision.UPDATE, StepMetrics.Outcome.UPDATED);
    }
    int inARow = before.setbacks().inARow() + 1;
    if (policy == Policy.STOP || inARow >= config.mostInARow()) {
      throw end(step, loss, norm, found, policy == Policy.STOP ? 1 : inARow);
    }
    return new Verdict(policy == Policy.SKIP ? Decision.LEAVE_OUT : Decision.ROLL_BACK, found);
  }

  private StepMetrics.Outcome kindOf(double loss, double norm) {
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      return StepMetrics.Outcome.SKIPPED_NOT_FINITE;
    }
    return norm >= threshold ? StepMetrics.Outcome.SKIPPED_SPIKE : StepMetrics.Outcome.UPDATED;
  }

  private TrainingException end(
      long step, double loss, double norm, StepMetrics.Outcome found, int inARow) {
    String times = inARow == 1 ? "" : ", and " + inARow + " steps in a row were bad";
    if (found == StepMetrics.Outcome.SKIPPED_NOT_FINITE) {
      boolean lossIsBad = !Double.isFinite(loss);
      return new TrainingException(
          "step "
              + step
              + (lossIsBad ? ": the loss is " + loss : ": the gradient norm is " + norm)
              + times
              + "; a lower learning rate or a longer warm-up may help");
    }
    if (inARow == 1) {
      abnormal.add(step, norm);
    }
    return new TrainingException(
        "step "
            + step
            + ": the gradient norm is "
            + norm
            + ", at or above "
            + threshold
            + times
            + (inARow == 1 ? abnormal.remedy() : "; a lower learning rate may help"));
  }
}
