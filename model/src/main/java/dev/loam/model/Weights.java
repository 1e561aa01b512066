// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;

/** Allocates weights and names their parameters as Hugging Face does. */
final class Weights {
  private final Arena arena;
  private final DType dtype;

  /** The rows of a fused linear layer that are one parameter, its name without {@code .weight}. */
  record Rows(String name, int count) {}

  Weights(Arena arena, DType dtype) {
    this.arena = arena;
    this.dtype = dtype;
  }

  /** The weight of a norm; not decayed. */
  Weight norm(String name, int size) {
    Tensor value = arena.allocate(dtype, size);
    return new Weight(value, List.of(parameter(name, value, false)));
  }

  /** A matrix [outputs, inputs] of one or several parameters; decayed. Also an embedding. */
  Weight linear(int inputs, Rows... rows) {
    long outputs = 0;
    for (Rows part : rows) {
      outputs += part.count();
    }
    Tensor value = arena.allocate(dtype, outputs, inputs);
    List<Parameter> parameters = new ArrayList<>();
    long start = 0;
    for (Rows part : rows) {
      parameters.add(parameter(part.name(), value.rows(start, part.count()), true));
      start += part.count();
    }
    return new Weight(value, parameters);
  }

  private static Parameter parameter(String name, Tensor value, boolean decayed) {
    Shape shape = value.shape();
    return new Parameter(name + ".weight", shape, Slice.whole(shape), value, true, decayed);
  }
}
