// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static dev.loam.tensor.nd4j.Bench.dot;
import static dev.loam.tensor.nd4j.Bench.subtract;

import dev.loam.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RmsNormTest {
  private static final double EPS = 1e-2;

  @Property
  void dividesByTheRootMeanSquare(
      @ForAll @IntRange(max = 4) int tokens,
      @ForAll @IntRange(max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = rows(bench.random(tokens, Math.max(1, heads), size), heads);
      Tensor weight = bench.random(size);
      Tensor y = rows(bench.output(tokens, Math.max(1, heads), size), heads);
      Tensor factor = heads == 0 ? bench.output(tokens) : bench.output(tokens, heads);
      bench.run(k -> k.rmsNorm(x, weight, EPS, y, factor));

      double[] values = x.toDoubles();
      double[] factors = new double[values.length / size];
      for (int i = 0; i < factors.length; i++) {
        double squares = 0;
        for (int j = 0; j < size; j++) {
          squares += values[i * size + j] * values[i * size + j];
        }
        factors[i] = 1 / Math.sqrt(squares / size + EPS);
        for (int j = 0; j < size; j++) {
          values[i * size + j] *= factors[i] * weight.toDoubles()[j];
        }
      }
      assertClose(factor, factors);
      assertClose(y, values);
    }
  }

  @Property
  void gradients(
      @ForAll @IntRange(max = 4) int tokens,
      @ForAll @IntRange(max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 5) int size,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      long[] shape = {tokens, Math.max(1, heads), size};
      Tensor x = rows(bench.random(shape), heads);
      Tensor dy = rows(bench.random(shape), heads);
      Tensor y = rows(bench.output(shape), heads);
      Tensor dx = rows(accumulate ? bench.random(shape) : bench.output(shape), heads);
      Tensor weight = bench.random(size);
      Tensor dWeight = accumulate ? bench.random(size) : bench.output(size);
      Tensor factor = heads == 0 ? bench.output(tokens) : bench.output(tokens, heads);
      double[] earlier = accumulate ? dx.toDoubles() : new double[(int) dx.elements()];
      double[] earlierWeight = accumulate ? dWeight.toDoubles() : new double[size];
      bench.run(
          k -> {
            k.rmsNorm(x, weight, EPS, y, factor);
            k.rmsNormInputGradient(dy, x, weight, factor, dx, accumulate, bench.workspace());
            k.rmsNormWeightGradient(dy, x, factor, dWeight, accumulate, bench.workspace());
          });
      subtract(dx, earlier);
      subtract(dWeight, earlierWeight);
      bench.assertGradient(
          x,
          dx,
          () -> {
            bench.run(k -> k.rmsNorm(x, weight, EPS, y, factor));
            return dot(dy, y);
          });
      bench.assertGradient(
          weight,
          dWeight,
          () -> {
            bench.run(k -> k.rmsNorm(x, weight, EPS, y, factor));
            return dot(dy, y);
          });
    }
  }

  /** With 0 heads a matrix, else rows of heads. */
  private static Tensor rows(Tensor x, int heads) {
    return heads == 0 ? x.view(x.size(0), x.size(2)) : x;
  }
}
