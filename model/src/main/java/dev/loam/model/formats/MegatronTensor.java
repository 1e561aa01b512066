// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Slice;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A parameter of Megatron-core as one tensor-parallel rank has it, made of boxes of Hugging Face
 * tensors that lie one below the other.
 *
 * @param name its name in the state dict of its pipeline stage, where layers count from 0
 * @param shape the rank's part
 * @param boxes what it is made of
 * @param padding the row that is repeated below the boxes; nothing where they fill the tensor
 * @param replica whether another rank or stage has the same
 */
record MegatronTensor(
    String name, Shape shape, List<Box> boxes, Optional<Box> padding, boolean replica) {
  /**
   * A box of a Hugging Face tensor.
   *
   * @param source the tensor's name
   * @param slice where in it
   * @param row the row of the Megatron tensor at which it begins
   */
  record Box(String source, Slice slice, long row) {}

  /** The names of the Hugging Face tensors that it is made of. */
  List<String> sources() {
    return Stream.concat(boxes.stream(), padding.stream()).map(Box::source).distinct().toList();
  }
}
