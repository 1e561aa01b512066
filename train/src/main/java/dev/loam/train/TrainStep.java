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
    RankObserver observer,
    StepClock clock) {

  /**
   * What a step gave, the same on all ranks.
   *
   * @param loss the mean loss of the global batch
   * @param gradientNorm the global norm before clipping
   * @param tokens of the global batch
   */
  record Outcome(double loss, double gradientNorm, TokenCounts tokens) {}

  /**
   * Runs a step.
   *
   * @param batches the micro batches of this replica, in order
   * @param number 1 for the first step
   * @throws TrainingException if nothing is trained on, or loss or gradients are not finite;
   *     parameters are then as they were before the step
   */
  Outcome run(List<MicroBatch> batches, double lr, long number) {
    TokenCounts tokens = totals.countTokens(batches);
    if (tokens.trained() == 0) {
      throw new TrainingException("step " + number + ": no token of the batch is trained on");
    }
    double[] scales = new double[batches.size()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = lossReduction.scale(tokens, replica, i);
    }
    gradients.begin(batches.size());
    double[] losses = pipeline.run(batches, scales, gradients);
    gradientReduction.finish();
    clock.ended(StepClock.Part.COMMUNICATION);
    MicroLosses microLosses = totals.losses(losses, tokens);
    double loss = microLosses.total(lossReduction);
    double norm = globalNorm.compute();
    requireFinite(number, "the loss", loss);
    requireFinite(number, "the gradient norm", norm);
    observer.onGradients(number, microLosses);
    updates.run(lr, clip.coefficient(norm));
    gradientReduction.distribute();
    observer.onUpdate(number);
    clock.ended(StepClock.Part.OPTIMIZER);
    return new Outcome(loss, norm, tokens);
  }

  private static void requireFinite(long number, String what, double value) {
    if (!Double.isFinite(value)) {
      throw new TrainingException(
          "step "
              + number
              + ": "
              + what
              + " is "
              + value
              + "; a lower learning rate or a longer warm-up may help");
    }
  }
}
