// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** What the loss of a step is the mean of, which decides how its gradient is scaled. */
public enum LossReduction {
  /** The trained tokens of the global batch: every token weighs the same. */
  PER_TOKEN,
  /**
   * The micro batches' own means over tokens, a micro batch being that of all data-parallel
   * replicas together, as MindFormers has it by default.
   */
  MICRO_MEAN,
  /** The micro batches' own means over tokens, replica by replica, as Megatron-LM has it. */
  RANK_MICRO_MEAN;

  /** What the summed loss of one micro batch is multiplied by. */
  public double scale(TokenCounts tokens, int replica, int microBatch) {
    return switch (this) {
      case PER_TOKEN -> 1.0 / tokens.trained();
      case MICRO_MEAN -> {
        long trained = 0;
        for (int other = 0; other < tokens.replicas(); other++) {
          trained += tokens.trained(other, microBatch);
        }
        yield 1.0 / ((double) Math.max(1, trained) * tokens.microBatches());
      }
      case RANK_MICRO_MEAN ->
          1.0
              / ((double) Math.max(1, tokens.trained(replica, microBatch))
                  * tokens.microBatches()
                  * tokens.replicas());
    };
  }
}
