// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;

/**
 * One named parameter.
 *
 * @param name as Hugging Face calls it, such as {@code model.layers.0.self_attn.q_proj.weight}
 * @param globalShape its shape in the whole model
 * @param slice the part of it held here
 * @param value that part; a view into a {@link Weight}, which may hold several parameters
 * @param trainable whether it has a gradient
 * @param decayed whether weight decay applies to it
 */
public record Parameter(
    String name, Shape globalShape, Slice slice, Tensor value, boolean trainable, boolean decayed) {
  /** Checks that value and slice agree. */
  public Parameter {
    if (!value.shape().equals(slice.shape()) || slice.shape().rank() != globalShape.rank()) {
      throw new IllegalArgumentException(
          name
              + ": value "
              + value.shape()
              + " does not fit slice "
              + slice
              + " of "
              + globalShape);
    }
  }
}
