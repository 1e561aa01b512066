// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.api.Test;

class GradientClipTest {
  @Test
  void theNormIsThatOfAllGradientsTogether() {
    assertThat(norm(3, 4, 0, 12)).isCloseTo(13, within(1e-12));
    assertThat(norm(0, 0, 0, 0)).isZero();
    assertThat(norm(1, 2, Double.NaN, 1)).isNaN();
    assertThat(norm(1e15, 0, 0, 0)).isCloseTo(1e15, within(1e8));
  }

  private static double norm(double... values) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      List<Weight> weights = List.of(weight(arena, 3), weight(arena, 1));
      Gradients gradients = new Gradients(arena, weights, weight -> {});
      gradients.begin(1);
      gradients.contribute(
          weights.get(0), (gradient, add) -> gradient.set(values[0], values[1], values[2]));
      gradients.contribute(weights.get(1), (gradient, add) -> gradient.set(values[3]));
      return lease.call(() -> new GradientClip(lease.kernels(), arena, 1).norm(gradients));
    }
  }

  private static Weight weight(Arena arena, long size) {
    Tensor value = arena.allocate(DType.F32, size);
    Shape shape = Shape.of(size);
    return new Weight(
        value, List.of(new Parameter("w" + size, shape, Slice.whole(shape), value, true, true)));
  }

  @Test
  void longGradientsAreShortenedAndShortOnesLeftAlone() {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      lease.run(
          () -> {
            GradientClip clip = new GradientClip(lease.kernels(), arena, 2);
            assertThat(clip.coefficient(8)).isEqualTo(2 / (8 + 1e-6));
            assertThat(clip.coefficient(2)).isEqualTo(2 / (2 + 1e-6));
            assertThat(clip.coefficient(1.9)).isEqualTo(1);
            assertThat(clip.coefficient(0)).isEqualTo(1);
            GradientClip none = new GradientClip(lease.kernels(), arena, Double.POSITIVE_INFINITY);
            assertThat(none.coefficient(1e30)).isEqualTo(1);
          });
    }
  }
}
