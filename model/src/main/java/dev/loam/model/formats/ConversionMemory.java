// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;

/** Memory for one tensor at a time: for each type, that of the largest there will be. */
final class ConversionMemory {
  private final Arena arena;
  private final Map<DType, Long> largest = new EnumMap<>(DType.class);
  private final Map<DType, Tensor> memory = new EnumMap<>(DType.class);

  ConversionMemory(Arena arena) {
    this.arena = arena;
  }

  /** Announces a tensor; to be called for all before the first is taken. */
  void plan(DType dtype, Shape shape) {
    largest.merge(dtype, shape.elements(), Math::max);
  }

  /** Room for a tensor, until the next is asked for. */
  Tensor take(DType dtype, Shape shape) {
    long most = largest.getOrDefault(dtype, 0L);
    return memory
        .computeIfAbsent(dtype, type -> arena.allocate(type, most))
        .rows(0, shape.elements())
        .view(shape.toArray());
  }
}
