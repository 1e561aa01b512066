// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.parallel.RankGroups;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GlobalNormTest {
  @Test
  void isThatOfAllGradientsTogether() {
    assertThat(norm(3, 4, 0, 12)).isCloseTo(13, within(1e-12));
    assertThat(norm(0, 0, 0, 0)).isZero();
    assertThat(norm(1, 2, Double.NaN, 1)).isNaN();
    assertThat(norm(1, 2, Double.POSITIVE_INFINITY, 1)).isInfinite();
    assertThat(norm(1e15, 0, 0, 0)).isCloseTo(1e15, within(1e8));
    assertThat(norm(1e-18, 0, 0, 0)).isCloseTo(1e-18, within(1e-24));
    assertThat(norm(1e4, 1e-4, 0, 0)).isCloseTo(1e4, within(1e-8));
  }

  private static double norm(double... values) {
    return norm(new double[][] {{values[0], values[1], values[2]}, {values[3]}});
  }

  @Test
  void isExactToManyDigits() {
    Random random = new Random(5);
    double[][] values = new double[3][];
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      values[i] = random.doubles(20_000).map(x -> (float) Math.exp(20 * x - 10)).toArray();
      for (double x : values[i]) {
        sum += x * x;
      }
    }
    // A block's norm is a float32 sum of 4096 squares.
    assertThat(norm(values)).isCloseTo(Math.sqrt(sum), within(1e-6 * Math.sqrt(sum)));
  }

  private static double norm(double[][] values) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      List<Weight> weights = List.of(values).stream().map(v -> weight(arena, v.length)).toList();
      Gradients gradients = new Gradients(arena, weights);
      return lease.call(
          () -> {
            RankGroups groups = RankGroups.single();
            GradientReduction reduction =
                new GradientReduction(lease.kernels(), gradients, groups, Optional.empty(), 10);
            gradients.begin(1);
            for (int i = 0; i < values.length; i++) {
              double[] of = values[i];
              gradients.contribute(weights.get(i), (gradient, add) -> gradient.set(of));
            }
            reduction.finish();
            return new GlobalNorm(lease.kernels(), arena, groups.world(), reduction.owned())
                .compute();
          });
    }
  }

  private static Weight weight(Arena arena, long size) {
    Tensor value = arena.allocate(DType.F32, size);
    Shape shape = Shape.of(size);
    return new Weight(
        value, List.of(new Parameter("w" + size, shape, Slice.whole(shape), value, true, true)));
  }
}
