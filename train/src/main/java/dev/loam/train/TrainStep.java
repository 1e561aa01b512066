// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.StepClock;
import dev.loam.parallel.gradients.GlobalNorm;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import java.util.List;

/**
 * One training step of one rank: its replica's micro batches forward and backward through the
 * pipeline, gradients summed over ranks, clip, update.
 */
record TrainStep(
    int replica,
    StepTotals totals,
    Pipeline pipeline,
    Gradients gradients,
    GradientReduction gradientReduction,
    GlobalNorm globalNorm,
    GradientClip clip,
    Updates updates,
    LossReduction lossReduction,
    Health health,
    RankObserver observer,
    StepClock clock) {

  /**
   * What a step gave, the same on all ranks.
   *
   * @param loss the mean loss of the global batch
   * @param gradientNorm the global norm before clipping
   * @param tokens of the global batch
   * @param verdict whether weights were updated, and why not
   */
  record Outcome(double loss, double gradientNorm, TokenCounts tokens, Health.Verdict verdict) {
    boolean isRollBack() {
      return verdict.decision() == Health.Decision.ROLL_BACK;
    }

    /** The state after a step that was not rolled back. */
    TrainingState after(TrainingState before, DataLoader batches) {
      return verdict.decision() == Health.Decision.UPDATE
          ? before.next(batches, loss)
          : before.leftOut(batches);
    }
  }

  /**
   * Runs a step.
   *
   * @param batches the micro batches of this replica, in order
   * @param before the step
   * @throws TrainingException if nothing is trained on, or loss or gradients are such that the run
   *     is to end; parameters are then as they were before the step
   */
  Outcome run(List<MicroBatch> batches, double lr, TrainingState before) {
    long number = before.step() + 1;
    TokenCounts tokens = totals.countTokens(batches);
    if (tokens.trained() == 0) {
      throw new TrainingException("step " + number + ": no token of the batch is trained on");
    }
    double[] scales = new double[batches.size()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = lossReduction.scale(tokens, replica, i);
    }
    gradients.begin(batches.size());
    List<MicroBatch> keyed = batches.stream().map(batch -> batch.inStep(number)).toList();
    double[] losses = pipeline.run(keyed, scales, gradients);
    gradientReduction.finish();
    clock.ended(StepClock.Part.COMMUNICATION);
    MicroLosses microLosses = totals.losses(losses, tokens);
    double loss = microLosses.total(lossReduction);
    double norm = globalNorm.compute();
    Health.Verdict verdict = health.judge(before, loss, norm);
    Outcome outcome = new Outcome(loss, norm, tokens, verdict);
    if (outcome.isRollBack()) {
      return outcome;
    }
    observer.onGradients(number, microLosses);
    if (verdict.decision() == Health.Decision.UPDATE) {
      updates.run(lr, clip.coefficient(norm));
      gradientReduction.distribute();
      observer.onUpdate(number);
    }
    clock.ended(StepClock.Part.OPTIMIZER);
    return outcome;
  }
}
