// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * Clipping by the global norm of all gradients.
 *
 * @param maxNorm infinite to leave gradients as they are
 */
record GradientClip(double maxNorm) {
  /** What gradients of that norm are multiplied by. */
  double coefficient(double norm) {
    return Double.isInfinite(maxNorm) ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
  }
}
