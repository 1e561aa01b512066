// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.LayerRange;
import dev.loam.parallel.Layout;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A model of elementwise layers, small enough to be computed in Java, without kernels. */
final class ToyModel {
  static final int HIDDEN = 3;
  static final int VOCABULARY = 11;

  private ToyModel() {}

  /** The parts of one stage. */
  static List<ModelPart> parts(Layout layout, int stage, int layers, Arena arena, ToyPart.Log log) {
    List<ModelPart> parts = new ArrayList<>();
    int all = layout.pipelineStages() * layout.virtualStages();
    for (int chunk = 0; chunk < layout.virtualStages(); chunk++) {
      int number = chunk * layout.pipelineStages() + stage;
      LayerRange range = layout.layers(stage, chunk, layers);
      List<Weight> weights = new ArrayList<>();
      for (int i = range.first(); i < range.end(); i++) {
        weights.add(weight(arena, "layer " + i, 17 + i, HIDDEN));
      }
      Optional<Weight> embedding =
          number == 0
              ? Optional.of(weight(arena, "embedding", 5, VOCABULARY, HIDDEN))
              : Optional.empty();
      Optional<Weight> head =
          number == all - 1 ? Optional.of(weight(arena, "head", 7, HIDDEN)) : Optional.empty();
      parts.add(new ToyPart(chunk, embedding, weights, head, log));
    }
    return parts;
  }

  private static Weight weight(Arena arena, String name, int seed, long... shape) {
    Tensor value = arena.allocate(DType.F32, shape);
    float[] values = new float[(int) value.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(seed + 0.7 * i) / 3;
    }
    Tensor filled = value.set(values);
    Slice whole = Slice.whole(filled.shape());
    return new Weight(
        filled, List.of(new Parameter(name, filled.shape(), whole, filled, true, true)));
  }
}
