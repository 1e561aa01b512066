// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.AdamWOptions;
import java.util.Optional;

/**
 * How weights are updated ({@code optimizer} and {@code runner_wrapper} of MindFormers).
 *
 * @param adamW the optimizer
 * @param maxGradientNorm {@code max_grad_norm}: gradients are scaled down to it; infinite for no
 *     clipping
 * @param lossScale {@code scale_sense}, for the log alone: float32 needs no scale, and a power of
 *     two would change nothing
 */
public record OptimizerConfig(
    AdamWOptions adamW, double maxGradientNorm, Optional<Double> lossScale) {}
