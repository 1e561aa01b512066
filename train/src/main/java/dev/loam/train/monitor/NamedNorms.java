// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Euclidean norms of what one rank has of parameters, added up in float64. A weight that stands
 * for several parameters is taken apart.
 */
final class NamedNorms {
  private final Kernels kernels;
  private final List<String> names = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private final Tensor blocks;

  /**
   * Values of a run of a weight's elements.
   *
   * @param values one for each element, flat
   */
  record Run(OwnedPiece piece, Tensor values) {}

  NamedNorms(Kernels kernels, Arena arena, List<Run> runs) {
    this.kernels = kernels;
    runs.forEach(this::add);
    long count = values.stream().mapToLong(v -> Kernels.squaresBlocks(v.elements())).sum();
    blocks = arena.allocate(DType.F64, count);
  }

  private void add(Run run) {
    long from = run.piece().start();
    long to = from + run.values().elements();
    long at = 0;
    for (Parameter parameter : run.piece().weight().parameters()) {
      long first = Math.max(from, at);
      long end = Math.min(to, at + parameter.value().elements());
      if (first < end) {
        names.add(parameter.name());
        values.add(run.values().rows(first - from, end - first));
      }
      at += parameter.value().elements();
    }
  }

  /** Computes the norm of each parameter. */
  Map<String, Double> compute() {
    kernels.sumOfSquares(values, blocks);
    double[] squares = blocks.toDoubles();
    Map<String, Double> sums = new LinkedHashMap<>();
    int block = 0;
    for (int i = 0; i < names.size(); i++) {
      long end = block + Kernels.squaresBlocks(values.get(i).elements());
      double sum = 0;
      for (; block < end; block++) {
        sum += squares[block];
      }
      sums.merge(names.get(i), sum, Double::sum);
    }
    sums.replaceAll((name, sum) -> Math.sqrt(sum));
    return sums;
  }
}
