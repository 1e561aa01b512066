// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * What is known after a step.
 *
 * @param step 1 for the first; when a training ends before one, steps done by then
 * @param totalSteps of the run
 * @param loss mean loss of the global batch
 * @param gradientNorm global norm before clipping
 * @param lr the learning rate used
 * @param tokens tokens of the global batch
 * @param consumedSamples samples of all steps so far
 * @param seconds how long the step took, data included
 */
public record StepMetrics(
    long step,
    long totalSteps,
    double loss,
    double gradientNorm,
    double lr,
    long tokens,
    long consumedSamples,
    double seconds) {
  /** Of no step: where a training begins. */
  static StepMetrics before(TrainingState start, long totalSteps) {
    return new StepMetrics(
        start.step(), totalSteps, start.loss(), 0, 0, 0, start.consumedSamples(), 0);
  }

  /**
   * Of the step that has led to a state.
   *
   * @param nanos how long it took
   */
  static StepMetrics of(
      TrainingState state, long totalSteps, TrainStep.Outcome outcome, double lr, long nanos) {
    return new StepMetrics(
        state.step(),
        totalSteps,
        outcome.loss(),
        outcome.gradientNorm(),
        lr,
        outcome.tokens(),
        state.consumedSamples(),
        nanos / 1e9);
  }

  /** Whether this was the last step of the run. */
  public boolean isComplete() {
    return step >= totalSteps;
  }

  /** Tokens of this step by its time. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
