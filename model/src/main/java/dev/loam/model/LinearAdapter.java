// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * Adds something trainable to what a linear layer computes, in two products with a narrow matrix
 * between them: {@code y += f(g(x))}. Its backward is split where the layer's own is: memory of the
 * input may be overwritten by its gradient in between. Where tensor-parallel ranks share the layer,
 * each has an adapter, and what the layer sums over ranks includes what they add.
 */
public interface LinearAdapter {
  /** Its weights, in a fixed order. */
  List<Weight> weights();

  /** How wide the matrix is that lies between its two products. */
  long innerSize();

  /** {@code y += f(g(x))}. */
  void forward(Workspace workspace, Context context, Tensor xTI, Tensor yTO);

  /**
   * The gradients of its weights, and of what lies between its products.
   *
   * @param xTI what forward was given
   * @param dInnerTR receives the gradient of g's output
   */
  void weightGradients(
      Workspace workspace,
      Context context,
      Tensor dyTO,
      Tensor xTI,
      Tensor dInnerTR,
      Gradients gradients);

  /** {@code dx +=} what flows back through g. */
  void inputGradient(Workspace workspace, Context context, Tensor dInnerTR, Tensor dxTI);

  /** The most scratch that any of these takes at once, in elements. */
  long scratch(long tokens);
}
