// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;

import dev.loam.tensor.torch.Twin.Pair;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RmsNormTest {
  /** Measured over 1000 tries: 2.6e-7. */
  private static final double FORWARD = 1e-6;

  /**
   * Relative to the factor, which the terms that cancel here are as large as. Measured over 1000
   * tries: 3.0e-7.
   */
  private static final double INPUT = 1e-6;

  /** Measured over 1000 tries: 1.6e-6, where the terms of 200 rows cancel. */
  private static final double WEIGHT = 6e-6;

  private static final double EPS = 1e-6;

  /** One token is normed on the JVM, which many are not. */
  @Property
  void agreesOnASingleToken(
      @ForAll @IntRange(max = 5) int heads,
      @ForAll @IntRange(min = 1, max = 130) int size,
      @ForAll Random random) {
    agrees(1, heads, size, false, random);
  }

  @Property
  void agrees(
      @ForAll @IntRange(max = 40) int tokens,
      @ForAll @IntRange(max = 5) int heads,
      @ForAll @IntRange(min = 1, max = 130) int size,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    // Without heads a matrix, else rows of heads.
    long[] shape = heads == 0 ? new long[] {tokens, size} : new long[] {tokens, heads, size};
    long[] rows = heads == 0 ? new long[] {tokens} : new long[] {tokens, heads};
    try (Twin twin = new Twin(random)) {
      Pair x = twin.random(shape);
      Pair weight = twin.random(size);
      Pair y = twin.output(shape);
      Pair factor = twin.output(rows);
      twin.run((k, on) -> k.rmsNorm(on.of(x), on.of(weight), EPS, on.of(y), on.of(factor)));
      assertClose(y, FORWARD);
      assertClose(factor, FORWARD);

      Pair dy = twin.random(shape);
      Pair dx = twin.output(accumulate, shape);
      Pair dWeight = twin.output(accumulate, size);
      long elements = x.shape().elements();
      twin.run(
          (k, on) ->
              k.rmsNormInputGradient(
                  on.of(dy),
                  on.of(x),
                  on.of(weight),
                  on.of(factor),
                  on.of(dx),
                  accumulate,
                  on.workspace(k.rmsNormScratch(elements))));
      double largest = Arrays.stream(factor.reference().toDoubles()).max().orElse(1);
      assertClose(dx, INPUT * Math.max(1, largest));
      twin.run(
          (k, on) ->
              k.rmsNormWeightGradient(
                  on.of(dy),
                  on.of(x),
                  on.of(factor),
                  on.of(dWeight),
                  accumulate,
                  on.workspace(k.rmsNormScratch(elements))));
      assertClose(dWeight, WEIGHT);
    }
  }
}
