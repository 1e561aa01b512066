// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/**
 * The scalars of one AdamW update (Loshchilov and Hutter, arXiv 1711.05101).
 *
 * @param lr learning rate of this step
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param eps added to the square root of the second moment
 * @param weightDecay decoupled: weights are first multiplied by {@code 1 - lr * weightDecay}
 * @param step 1 for the first update, for the bias corrections
 * @param gradientScale what gradients are multiplied by before use, for clipping
 */
public record AdamW(
    double lr,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    long step,
    double gradientScale) {}
