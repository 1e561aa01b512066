// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/** Adds something trainable to what is looked up in an embedding. */
public interface EmbeddingAdapter {
  /** Its weights, in a fixed order. */
  List<Weight> weights();

  /**
   * {@code y +=} what it has for rows of the table.
   *
   * @param rowsT the rows of this rank's part of the table that were looked up
   */
  void forward(Workspace workspace, Tensor rowsT, Tensor yTH);

  /** The gradients of its weights. */
  void weightGradients(Workspace workspace, Tensor dyTH, Tensor rowsT, Gradients gradients);

  /** The most scratch that either takes at once, in elements. */
  long scratch(long tokens);
}
