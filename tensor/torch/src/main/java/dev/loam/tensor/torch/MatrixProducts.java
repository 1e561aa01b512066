// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.Tensor;

/** Products of two matrices, or of a batch of such pairs, which most of a step's time goes to. */
interface MatrixProducts {
  /** {@code y = scale · a b}, or that added to y. */
  void multiply(Tensor a, Tensor b, double scale, boolean add, Tensor y);
}
