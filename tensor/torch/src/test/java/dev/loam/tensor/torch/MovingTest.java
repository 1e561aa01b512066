// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.torch.Twin.Pair;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class MovingTest {
  @Property
  void copiesAndFillsViews(
      @ForAll @IntRange(max = 20) int rows,
      @ForAll @IntRange(max = 20) int columns,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair x = twin.random(rows, columns, 3);
      Pair y = twin.output(rows, columns, 3);
      twin.run((k, on) -> k.copy(on.of(x), on.of(y)));
      assertClose(y, 0);
      assertThat(y.torch().toFloats()).isEqualTo(x.torch().toFloats());
      twin.run((k, on) -> k.fill(on.of(y), -0.5));
      assertClose(y, 0);
    }
  }

  @Property
  void adds(
      @ForAll @IntRange(max = 20) int rows,
      @ForAll @IntRange(max = 20) int columns,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair x = twin.random(rows, columns, 3);
      Pair y = twin.random(rows, columns, 3);
      twin.run((k, on) -> k.add(on.of(x), on.of(y)));
      // Multiples of 2^-22 below 4, whose sums are exact.
      assertClose(y, 0);
    }
  }

  @Example
  void convertsBetweenTypes(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair x = twin.random(1).set(Math.PI);
      Pair y = twin.doubles(0);
      twin.run((k, on) -> k.copy(on.of(x), on.of(y)));
      assertThat(y.torch().toDoubles()).containsExactly((float) Math.PI);
      y.set(Math.E);
      twin.run((k, on) -> k.copy(on.of(y), on.of(x)));
      assertThat(x.torch().toFloats()).containsExactly((float) Math.E);
    }
  }

  /** More views of one buffer than an engine would keep. */
  @Example
  void manyViewsOfOneBuffer(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      int rows = 3000;
      Pair x = twin.random(rows, 4);
      twin.run(
          (k, on) -> {
            for (int i = 1; i < rows; i++) {
              k.copy(on.of(x).rows(i - 1, 1), on.of(x).rows(i, 1));
            }
          });
      double[] first = x.torch().rows(0, 1).toDoubles();
      double[] last = x.torch().rows(rows - 1, 1).toDoubles();
      assertThat(last).isEqualTo(first);
      assertThat(Arrays.stream(last)).doesNotContain(Double.NaN);
    }
  }
}
