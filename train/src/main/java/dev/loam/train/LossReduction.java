// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** What the loss of a step is the mean of, which decides how its gradient is scaled. */
public enum LossReduction {
  /** The trained tokens of the global batch: every token weighs the same. */
  PER_TOKEN,
  /**
   * The micro batches' own means over tokens, as Megatron-LM and MindFormers have it by default.
   */
  MICRO_MEAN;

  /**
   * What the summed loss of one micro batch is multiplied by.
   *
   * @param trainedTokens of the micro batch
   * @param trainedTokensOfStep of the global batch
   * @param microBatches in the global batch
   */
  public double scale(long trainedTokens, long trainedTokensOfStep, int microBatches) {
    return switch (this) {
      case PER_TOKEN -> 1.0 / trainedTokensOfStep;
      case MICRO_MEAN -> 1.0 / ((double) Math.max(1, trainedTokens) * microBatches);
    };
  }
}
