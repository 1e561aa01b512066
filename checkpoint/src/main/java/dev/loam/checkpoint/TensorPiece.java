// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.function.Supplier;

/**
 * A box of a named tensor, which one of several ranks has and stores.
 *
 * @param name the tensor's name in the whole model
 * @param slice where in the whole tensor the box lies
 * @param dtype the type of the elements
 * @param source gives the elements when they are to be written, once, contiguous; deferred pieces
 *     may all come in the same memory, since a writer is done with one before it asks for the next
 */
public record TensorPiece(String name, Slice slice, DType dtype, Supplier<Tensor> source) {
  /**
   * A piece whose elements are there.
   *
   * @param values contiguous, as many as the slice has
   */
  public TensorPiece(String name, Slice slice, Tensor values) {
    this(name, slice, values.dtype(), () -> values);
    requireFit(values);
  }

  /** A piece whose elements are made when their turn comes. */
  public static TensorPiece deferred(
      String name, Slice slice, DType dtype, Supplier<Tensor> values) {
    return new TensorPiece(name, slice, dtype, values);
  }

  /**
   * Asks for the elements.
   *
   * @throws IllegalArgumentException if they are not what was announced
   */
  public Tensor values() {
    Tensor values = source.get();
    requireFit(values);
    return values;
  }

  private void requireFit(Tensor values) {
    if (!values.isContiguous()
        || values.dtype() != dtype
        || values.elements() != slice.shape().elements()) {
      throw new IllegalArgumentException(
          name + ": " + values + " are not the " + dtype + " elements of " + slice);
    }
  }

  /** The bytes it takes in a file. */
  public long bytes() {
    return slice.shape().elements() * dtype.bytes();
  }
}
