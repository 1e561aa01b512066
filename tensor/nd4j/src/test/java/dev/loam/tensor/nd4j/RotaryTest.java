// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static dev.loam.tensor.nd4j.Bench.dot;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class RotaryTest {
  private static final int POSITIONS = 7;

  @Property
  void rotatesHalvesAgainstEachOther(
      @ForAll @IntRange(max = 4) int tokens,
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 3) int half,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = bench.random(tokens, heads, 2L * half);
      Tensor cos = bench.random(POSITIONS, half);
      Tensor sin = bench.random(POSITIONS, half);
      Tensor positions = bench.randomIds(tokens, POSITIONS);
      Tensor y = bench.output(tokens, heads, 2L * half);
      bench.run(k -> k.rotary(x, cos, sin, positions, y, bench.workspace()));

      double[] values = x.toDoubles();
      double[] expected = new double[values.length];
      for (int row = 0; row < tokens * heads; row++) {
        int table = ((int) positions.toDoubles()[row / heads]) * half;
        for (int e = 0; e < half; e++) {
          double c = cos.toDoubles()[table + e];
          double s = sin.toDoubles()[table + e];
          int first = row * 2 * half + e;
          expected[first] = c * values[first] - s * values[first + half];
          expected[first + half] = s * values[first] + c * values[first + half];
        }
      }
      assertClose(y, expected);
    }
  }

  @Property
  void gradient(
      @ForAll @IntRange(max = 4) int tokens,
      @ForAll @IntRange(min = 1, max = 3) int heads,
      @ForAll @IntRange(min = 1, max = 3) int half,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = bench.random(tokens, heads, 2L * half);
      Tensor dy = bench.random(tokens, heads, 2L * half);
      Tensor y = bench.output(tokens, heads, 2L * half);
      Tensor dx = bench.output(tokens, heads, 2L * half);
      Tensor cos = bench.random(POSITIONS, half);
      Tensor sin = bench.random(POSITIONS, half);
      Tensor positions = bench.randomIds(tokens, POSITIONS);
      bench.run(k -> k.rotaryInputGradient(dy, cos, sin, positions, dx, bench.workspace()));
      bench.assertGradient(
          x,
          dx,
          () -> {
            bench.run(k -> k.rotary(x, cos, sin, positions, y, bench.workspace()));
            return dot(dy, y);
          });
    }
  }

  @Example
  void positionsMustBeInTheTable(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = bench.random(1, 1, 2);
      Tensor table = bench.random(POSITIONS, 1);
      Tensor y = bench.output(1, 1, 2);
      assertThatThrownBy(
              () -> bench.run(k -> k.rotary(x, table, table, bench.ids(7), y, bench.workspace())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rotary: positions[0] is 7, not in [0, 7)");
    }
  }
}
