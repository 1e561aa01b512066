// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * What is known after a step.
 *
 * @param step 1 for the first
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
  /** Tokens of this step by its time. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
