// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.List;

/**
 * A tensor made of boxes.
 *
 * @param shape of the whole
 * @param type of its elements
 * @param boxes which cover it exactly, by their first rows
 */
record StoredTensor(Shape shape, SafetensorsType type, List<Box> boxes) {
  boolean contains(Slice slice) {
    boolean inside = slice.shape().rank() == shape.rank();
    for (int d = 0; inside && d < shape.rank(); d++) {
      long start = slice.start().size(d);
      inside = start <= shape.size(d) && slice.shape().size(d) <= shape.size(d) - start;
    }
    return inside;
  }

  /** Reads a slice of it, box by box. */
  void read(Slice slice, Tensor destination) {
    long end = slice.start().size(0) + slice.shape().size(0);
    for (Box box : boxes) {
      if (box.row() >= end) {
        return;
      }
      box.read(slice, destination);
    }
  }
}
