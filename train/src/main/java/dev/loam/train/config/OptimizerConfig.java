// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.AdamWOptions;
import java.util.Optional;

/**
 * How weights are updated ({@code optimizer} and {@code runner_wrapper} of MindFormers).
 *
 * @param beta1 decay of AdamW's first moment
 * @param beta2 decay of AdamW's second moment
 * @param eps added to the square root of the second moment
 * @param weightDecay of matrices
 * @param maxGradientNorm {@code max_grad_norm}: gradients are scaled down to it; infinite for no
 *     clipping
 * @param lossScale {@code scale_sense}, for the log alone: float32 needs no scale, and a power of
 *     two would change nothing
 */
public record OptimizerConfig(
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    double maxGradientNorm,
    Optional<Double> lossScale) {

  /** The optimizer. */
  public AdamWOptions adamW() {
    return new AdamWOptions(beta1, beta2, eps, weightDecay);
  }
}
