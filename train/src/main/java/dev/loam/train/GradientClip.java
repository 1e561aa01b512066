// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;

/** Clipping by the global norm of all gradients. */
final class GradientClip {
  private final Kernels kernels;
  private final double maxNorm;
  private final Tensor sum;

  /**
   * Clips to a norm.
   *
   * @param maxNorm infinite to leave gradients as they are
   */
  GradientClip(Kernels kernels, Arena arena, double maxNorm) {
    this.kernels = kernels;
    this.maxNorm = maxNorm;
    this.sum = arena.allocate(DType.F64, 1);
  }

  /** The Euclidean norm of all gradients together. */
  double norm(Gradients gradients) {
    kernels.sumOfSquares(gradients.all(), sum);
    return Math.sqrt(sum.toDoubles()[0]);
  }

  /** What gradients of that norm are multiplied by. */
  double coefficient(double norm) {
    return Double.isInfinite(maxNorm) ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
  }
}
