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

final class LinearTest {
  @Property
  void isAMatrixProduct(
      @ForAll @IntRange(max = 5) int tokens,
      @ForAll @IntRange(max = 5) int in,
      @ForAll @IntRange(max = 5) int out,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = bench.random(tokens, in);
      Tensor weight = bench.random(out, in);
      Tensor residual = bench.random(tokens, out);
      Tensor y = bench.output(tokens, out);
      bench.run(k -> k.linear(x, weight, y));
      assertClose(y, product(x.toDoubles(), weight.toDoubles(), new double[tokens * out], in, out));
      bench.run(k -> k.linearResidual(x, weight, residual, y));
      assertClose(y, product(x.toDoubles(), weight.toDoubles(), residual.toDoubles(), in, out));
    }
  }

  @Property
  void adds(
      @ForAll @IntRange(max = 5) int tokens,
      @ForAll @IntRange(max = 5) int in,
      @ForAll @IntRange(max = 5) int out,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      double scale = 0.75;
      Tensor x = bench.random(tokens, in);
      Tensor weight = bench.random(out, in);
      Tensor dy = bench.random(tokens, out);
      Tensor sum = bench.random(tokens, out);
      double[] earlier = sum.toDoubles();
      Tensor product = bench.output(tokens, out);
      bench.run(k -> k.linear(x, weight, product));
      bench.run(k -> k.addLinear(x, weight, scale, sum));
      double[] wanted = product.toDoubles();
      for (int i = 0; i < wanted.length; i++) {
        wanted[i] = earlier[i] + scale * wanted[i];
      }
      assertClose(sum, wanted);
      Tensor dx = bench.random(tokens, in);
      double[] before = dx.toDoubles();
      bench.run(k -> k.addLinearInputGradient(dy, weight, scale, dx));
      subtract(dx, before);
      bench.assertGradient(
          x,
          dx,
          () -> {
            bench.run(k -> k.linear(x, weight, product));
            return scale * dot(dy, product);
          });
    }
  }

  private static double[] product(double[] x, double[] weight, double[] sum, int in, int out) {
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < in; j++) {
        sum[i] += x[i / out * in + j] * weight[i % out * in + j];
      }
    }
    return sum;
  }

  @Property
  void gradients(
      @ForAll @IntRange(max = 5) int tokens,
      @ForAll @IntRange(max = 5) int in,
      @ForAll @IntRange(max = 5) int out,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      double scale = 0.75;
      Tensor x = bench.random(tokens, in);
      Tensor weight = bench.random(out, in);
      Tensor dy = bench.random(tokens, out);
      Tensor y = bench.output(tokens, out);
      Tensor dx = bench.output(tokens, in);
      Tensor dWeight = accumulate ? bench.random(out, in) : bench.output(out, in);
      double[] earlier = accumulate ? dWeight.toDoubles() : new double[out * in];
      bench.run(k -> k.linearInputGradient(dy, weight, scale, dx));
      bench.run(k -> k.linearWeightGradient(dy, x, scale, dWeight, accumulate));
      subtract(dWeight, earlier);
      bench.assertGradient(
          x,
          dx,
          () -> {
            bench.run(k -> k.linear(x, weight, y));
            return scale * dot(dy, y);
          });
      bench.assertGradient(
          weight,
          dWeight,
          () -> {
            bench.run(k -> k.linear(x, weight, y));
            return scale * dot(dy, y);
          });
    }
  }
}
