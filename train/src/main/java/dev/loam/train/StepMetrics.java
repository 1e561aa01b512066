// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * What is known after a step.
 *
 * @param step 1 for the first; when a training ends before one, steps done by then
 * @param totalSteps of the run
 * @param epoch where in the passes over the data the step was
 * @param loss mean loss of the global batch
 * @param gradientNorm global norm before clipping
 * @param lr the learning rate used
 * @param tokens tokens of the global batch
 * @param attendedPairs pairs of its tokens of which one attends to the other, or to itself
 * @param samples samples of the global batch
 * @param consumedSamples samples of all steps so far
 * @param seconds how long the step took, data included
 * @param outcome what became of it
 */
public record StepMetrics(
    long step,
    long totalSteps,
    EpochStep epoch,
    double loss,
    double gradientNorm,
    double lr,
    long tokens,
    long attendedPairs,
    long samples,
    long consumedSamples,
    double seconds,
    Outcome outcome) {

  /** What became of a step. */
  public enum Outcome {
    /** Weights were updated. */
    UPDATED,
    /** Loss or gradients were not finite, and the batch was left out. */
    SKIPPED_NOT_FINITE,
    /** The gradient norm was far too large, and the batch was left out. */
    SKIPPED_SPIKE
  }

  /** Of no step: where a training begins. */
  static StepMetrics before(TrainingState start, DataLoader batches, long totalSteps) {
    return new StepMetrics(
        start.step(),
        totalSteps,
        EpochStep.of(start.cursor(), batches, totalSteps),
        start.loss(),
        0,
        0,
        0,
        0,
        0,
        start.consumedSamples(),
        0,
        Outcome.UPDATED);
  }

  /**
   * Of the step that has led to a state.
   *
   * @param nanos how long it took
   */
  static StepMetrics of(
      TrainingState state,
      DataLoader batches,
      long totalSteps,
      TrainStep.Outcome outcome,
      double lr,
      long nanos) {
    return new StepMetrics(
        state.step(),
        totalSteps,
        EpochStep.of(state.cursor(), batches, totalSteps),
        outcome.loss(),
        outcome.gradientNorm(),
        lr,
        outcome.tokens().tokens(),
        outcome.tokens().attendedPairs(),
        batches.samplesPerStep(),
        state.consumedSamples(),
        nanos / 1e9,
        outcome.verdict().outcome());
  }

  /** The same of a run that ends before its time. */
  StepMetrics endingAt(long lastStep) {
    return new StepMetrics(
        step,
        lastStep,
        epoch,
        loss,
        gradientNorm,
        lr,
        tokens,
        attendedPairs,
        samples,
        consumedSamples,
        seconds,
        outcome);
  }

  /** Whether this was the last step of the run. */
  public boolean isComplete() {
    return step >= totalSteps;
  }

  /** Whether the batch was left out, weights staying as they were. */
  public boolean isSkipped() {
    return outcome != Outcome.UPDATED;
  }

  /** Tokens of this step by its time. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
