// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class SumOfSquaresTest {
  @Property(tries = 60)
  void givesOneSumForEachBlock(
      @ForAll @Size(max = 3) List<@IntRange(max = 9000) Integer> sizes, @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      List<Tensor> tensors = new ArrayList<>();
      List<Double> expected = new ArrayList<>();
      for (int size : sizes) {
        Tensor tensor = bench.random(size);
        tensors.add(tensor);
        double[] x = tensor.toDoubles();
        for (int from = 0; from < size; from += Kernels.SQUARES_BLOCK) {
          double sum = 0;
          for (int i = from; i < Math.min(size, from + Kernels.SQUARES_BLOCK); i++) {
            sum += x[i] * x[i];
          }
          expected.add(sum);
        }
      }
      Tensor blocks = bench.output(expected.size());
      bench.run(k -> k.sumOfSquares(tensors, blocks));
      assertClose(blocks, expected.stream().mapToDouble(x -> x).toArray());
    }
  }
}
