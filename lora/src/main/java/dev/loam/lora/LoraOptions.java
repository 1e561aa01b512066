// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

/**
 * Low-rank adapters (Hu et al., arXiv 2106.09685): {@code y = W x + scale · B A dropout(x)}.
 *
 * @param rank rows of A and columns of B
 * @param alpha the scale is alpha / rank
 * @param dropout the share of the inputs of A that is zeroed in training, in [0, 1)
 * @param rankStabilized whether the scale is alpha / sqrt(rank) instead (Kalajdzievski, arXiv
 *     2312.03732)
 * @param targets which modules have adapters
 */
public record LoraOptions(
    int rank, double alpha, double dropout, boolean rankStabilized, LoraTargets targets) {
  /** Checks the numbers. */
  public LoraOptions {
    if (rank < 1 || !(alpha > 0) || !(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          "rank %d must be at least 1, alpha %s above 0, dropout %s in [0, 1)"
              .formatted(rank, alpha, dropout));
    }
  }

  /** What the adapters' outputs are multiplied by. */
  public double scale() {
    return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  }
}
