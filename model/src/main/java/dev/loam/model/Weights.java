// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Partition;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;

/** Allocates a tensor rank's slices of weights, and names their parameters as Hugging Face does. */
final class Weights {
  private final Arena arena;
  private final DType dtype;
  private final TensorParallel ranks;
  private final Adaptation adaptation;
  private final Kernels kernels;

  /**
   * Rows of a fused linear layer that are one parameter.
   *
   * @param name without {@code .weight}
   * @param count how many of its rows this rank has
   */
  record Rows(String name, int count) {}

  Weights(Kernels kernels, Arena arena, DType dtype, TensorParallel ranks, Adaptation adaptation) {
    this.kernels = kernels;
    this.arena = arena;
    this.dtype = dtype;
    this.ranks = ranks;
    this.adaptation = adaptation;
  }

  /** The weight of a norm, which all ranks have; not decayed. */
  Weight norm(String name, int size, Copies copies) {
    Tensor value = arena.allocate(dtype, size);
    Parameter parameter =
        new Parameter(
            name + ".weight",
            value.shape(),
            Slice.whole(value.shape()),
            value,
            adaptation.trains(name + ".weight"),
            false);
    return new Weight(value, List.of(parameter), copies);
  }

  /** A matrix [outputs, inputs] of one or several parameters, whose rows the ranks divide. */
  Linear columnParallel(int inputs, Rows... rows) {
    long outputs = 0;
    for (Rows part : rows) {
      outputs += part.count();
    }
    Tensor value = arena.allocate(dtype, outputs, inputs);
    List<Parameter> parameters = new ArrayList<>();
    long start = 0;
    for (Rows part : rows) {
      long count = part.count();
      Shape global = Shape.of(count * ranks.size(), inputs);
      Shape from = Shape.of(count * ranks.rank(), 0);
      parameters.add(matrix(part.name(), global, from, value.rows(start, count)));
      start += count;
    }
    requireAlike(parameters);
    return linear(new Weight(value, parameters));
  }

  private static void requireAlike(List<Parameter> parameters) {
    if (parameters.stream().map(Parameter::trainable).distinct().count() > 1) {
      throw new IllegalArgumentException(
          parameters.stream().map(Parameter::name).toList()
              + " are one matrix here: all of them are trained, or none");
    }
  }

  private Linear linear(Weight weight) {
    return new Linear(kernels, weight, adaptation.linear(site(weight)));
  }

  /** For what may be added to a layer. */
  Adaptation.Site site(Weight weight) {
    return new Adaptation.Site(kernels, arena, weight, ranks.group());
  }

  /**
   * A matrix [outputs, inputs], whose columns the ranks divide.
   *
   * @param inputs the columns this rank has
   */
  Linear rowParallel(int outputs, int inputs, String name) {
    Tensor value = arena.allocate(dtype, outputs, inputs);
    Shape global = Shape.of(outputs, (long) inputs * ranks.size());
    Shape from = Shape.of(0, (long) inputs * ranks.rank());
    return linear(new Weight(value, List.of(matrix(name, global, from, value))));
  }

  /** A matrix with a row for each token of the vocabulary, whose rows the ranks divide. */
  Weight vocabulary(int hidden, Partition rows, String name) {
    Tensor value = arena.allocate(dtype, rows.length(ranks.rank()), hidden);
    Shape from = Shape.of(rows.start(ranks.rank()), 0);
    return new Weight(value, List.of(matrix(name, Shape.of(rows.elements(), hidden), from, value)));
  }

  private Parameter matrix(String name, Shape global, Shape from, Tensor value) {
    String parameter = name + ".weight";
    Slice slice = new Slice(from, value.shape());
    return new Parameter(parameter, global, slice, value, adaptation.trains(parameter), true);
  }
}
