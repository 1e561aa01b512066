// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Named tensors that can be read box by box, in whatever form they are stored. Names and shapes are
 * those of the whole model; how many ranks or files hold a tensor does not show.
 *
 * <p>Used by one thread at a time unless an implementation says otherwise.
 */
public interface TensorSource extends AutoCloseable {
  /** The file or folder, for messages. */
  String description();

  /** The names of all tensors, in the order in which it is best to read them. */
  Set<String> names();

  /**
   * The shape of a whole tensor.
   *
   * @throws CheckpointException if there is no such tensor
   */
  Shape shape(String name);

  /**
   * The type in which a tensor is stored.
   *
   * @throws CheckpointException if there is no such tensor
   */
  SafetensorsType type(String name);

  /**
   * Reads a box of a tensor, a vector or a matrix. Types that widen exactly are converted (BF16,
   * F16 and F32 to a wider float, I32 to I64); F64 is rounded to the nearest F32; nothing else is.
   *
   * @param slice the box, within the tensor
   * @param destination of the slice's shape; its rows may lie apart, their elements back to back
   * @throws CheckpointException if there is no such tensor or box, its type does not convert, or
   *     what is stored turns out to be damaged; the destination is unspecified then
   */
  void read(String name, Slice slice, Tensor destination);

  /** A view of this source with some of its tensors; closing it closes this. */
  default TensorSource only(Predicate<String> names) {
    return new SelectedTensors(this, names);
  }

  @Override
  void close();
}
