// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.SingleStage;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import java.util.List;

/** One training step: micro batches forward and backward, clip, update. */
final class TrainStep {
  private final SingleStage schedule;
  private final Gradients gradients;
  private final AdamWOptimizer optimizer;
  private final GradientClip clip;
  private final LossReduction reduction;
  private final StepClock clock;

  TrainStep(
      SingleStage schedule,
      Gradients gradients,
      AdamWOptimizer optimizer,
      GradientClip clip,
      LossReduction reduction,
      StepClock clock) {
    this.schedule = schedule;
    this.gradients = gradients;
    this.optimizer = optimizer;
    this.clip = clip;
    this.reduction = reduction;
    this.clock = clock;
  }

  /**
   * What a step gave.
   *
   * @param loss the mean loss of the global batch
   * @param gradientNorm the global norm before clipping
   */
  record Outcome(double loss, double gradientNorm) {}

  /**
   * Runs a step.
   *
   * @param batches the micro batches of the global batch, in order
   * @param number 1 for the first step
   * @throws TrainingException if nothing is trained on, or loss or gradients are not finite;
   *     parameters are then as they were before the step
   */
  Outcome run(List<MicroBatch> batches, double lr, long number) {
    long trainedTokens = batches.stream().mapToLong(MicroBatch::trainedTokens).sum();
    if (trainedTokens == 0) {
      throw new TrainingException("step " + number + ": no token of the batch is trained on");
    }
    double loss = 0;
    gradients.begin(batches.size());
    for (MicroBatch batch : batches) {
      double scale = reduction.scale(batch.trainedTokens(), trainedTokens, batches.size());
      loss += scale * schedule.forwardBackward(batch, scale, gradients);
    }
    double norm = clip.norm(gradients);
    requireFinite(number, "the loss", loss);
    requireFinite(number, "the gradient norm", norm);
    optimizer.update(gradients, clip.coefficient(norm), lr);
    clock.ended(StepClock.Part.OPTIMIZER);
    return new Outcome(loss, norm);
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
