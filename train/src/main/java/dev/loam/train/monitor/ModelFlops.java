// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.model.Qwen3Config;
import dev.loam.train.StepMetrics;
import dev.loam.train.config.TrainingConfig;

/**
 * The floating-point operations that training a model takes by its mathematics: two for each
 * multiplication of a matrix product. With H hidden size, F intermediate size, Q and K the widths
 * of all query and all key/value heads, V the vocabulary and L layers, forward takes
 *
 * <pre>
 *   2 (L (H (Q + 2 K) + Q H + 3 H F) + H V)   for each token
 *   4 L Q                                     for each pair of tokens that attend to each other
 * </pre>
 *
 * <p>and backward twice as much. Pairs are counted over the actual documents of a batch, a token
 * and itself being one. The head is counted for all tokens, trained on or not; norms, rotation,
 * softmax and what is computed again in backward are not counted.
 *
 * @param perToken of forward and backward
 * @param perPair of forward and backward
 */
public record ModelFlops(double perToken, double perPair) {
  /** Forward, and twice as much backward. */
  private static final int PASSES = 3;

  /** Of a model. */
  public static ModelFlops of(Qwen3Config model) {
    double hidden = model.hiddenSize();
    double queries = (double) model.heads() * model.headSize();
    double keys = (double) model.keyValueHeads() * model.headSize();
    double attention = hidden * (queries + 2 * keys) + queries * hidden;
    double feedForward = 3 * hidden * model.intermediateSize();
    double head = hidden * model.vocabSize();
    return new ModelFlops(
        PASSES * 2 * (model.layers() * (attention + feedForward) + head),
        PASSES * 4 * model.layers() * queries);
  }

  /**
   * Of what a configuration trains: beside weights that stay as they are, backward takes no
   * products for their gradients. What adapters take themselves is not counted.
   */
  public static ModelFlops of(TrainingConfig config) {
    ModelFlops all = of(config.model());
    return config.pet().isPresent()
        ? new ModelFlops(all.perToken * (PASSES - 1) / PASSES, all.perPair)
        : all;
  }

  /** Of a step. */
  public double of(StepMetrics step) {
    return perToken * step.tokens() + perPair * step.attendedPairs();
  }

  /** Per second of a step, of all ranks together. */
  public double perSecond(StepMetrics step) {
    return of(step) / step.seconds();
  }
}
