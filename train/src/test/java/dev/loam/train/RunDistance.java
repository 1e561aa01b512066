// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

/**
 * How far two runs went apart.
 *
 * @param loss the largest difference of a step's loss
 * @param norm the largest difference of a step's gradient norm, relative
 * @param weights that of the weights at the end, by the length of the way from the start
 */
record RunDistance(double loss, double norm, double weights) {
  static RunDistance of(
      LayoutRun.Result actual, LayoutRun.Result expected, Map<String, float[]> start) {
    assertThat(actual.steps()).hasSameSizeAs(expected.steps()).isNotEmpty();
    double loss = 0;
    double norm = 0;
    for (int i = 0; i < expected.steps().size(); i++) {
      StepMetrics is = actual.steps().get(i);
      StepMetrics was = expected.steps().get(i);
      assertThat(is.tokens()).isEqualTo(was.tokens());
      assertThat(is.consumedSamples()).isEqualTo(was.consumedSamples());
      loss = Math.max(loss, Math.abs(is.loss() - was.loss()));
      norm = Math.max(norm, Math.abs(is.gradientNorm() / was.gradientNorm() - 1));
    }
    return new RunDistance(loss, norm, weights(actual.weights(), expected.weights(), start));
  }

  private static double weights(
      Map<String, float[]> actual, Map<String, float[]> expected, Map<String, float[]> start) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet()).isEqualTo(start.keySet());
    double difference = 0;
    double way = 0;
    for (Map.Entry<String, float[]> entry : expected.entrySet()) {
      float[] was = entry.getValue();
      float[] is = actual.getOrDefault(entry.getKey(), new float[0]);
      float[] from = start.getOrDefault(entry.getKey(), new float[0]);
      for (int i = 0; i < was.length; i++) {
        difference += Math.pow((double) is[i] - was[i], 2);
        way += Math.pow((double) was[i] - from[i], 2);
      }
    }
    return Math.sqrt(difference / way);
  }

  /** The larger of each. */
  RunDistance max(RunDistance other) {
    return new RunDistance(
        Math.max(loss, other.loss), Math.max(norm, other.norm), Math.max(weights, other.weights));
  }
}
