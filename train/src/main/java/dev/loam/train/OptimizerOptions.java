// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * AdamW's constants and the gradient norm it is given.
 *
 * @param weightDecay decoupled, for matrices
 * @param maxGradientNorm gradients are scaled down to it; infinite for no clipping
 */
public record OptimizerOptions(
    double beta1, double beta2, double eps, double weightDecay, double maxGradientNorm) {}
