// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.DropoutKeys;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static float[] ones(Arena arena, Dropout dropout, DropoutKeys keys, int columns) {
    int tokens = keys.tokens();
    float[] ones = new float[tokens * columns];
    Arrays.fill(ones, 1);
    Tensor x = arena.allocate(DType.F32, tokens, columns).set(ones);
    Tensor y = arena.allocate(DType.F32, tokens, columns);
    dropout.apply(keys, x, y, false);
    return y.toFloats();
  }

  /** Of n elements with this share, 4.5 standard deviations: one try in 150,000 is further off. */
  @Property(tries = 40)
  void zeroesItsShareAndKeepsTheMean(
      @ForAll @DoubleRange(min = 0.01, max = 0.9) double share, @ForAll long key) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      int tokens = 64;
      int columns = 200;
      float[] y = ones(arena, new Dropout(share, key, 0), DropoutKeys.ofPlaces(tokens), columns);
      int zeros = 0;
      for (float value : y) {
        zeros += value == 0 ? 1 : 0;
        assertThat(value == 0 || value == (float) (1 / (1 - share))).isTrue();
      }
      double deviation = Math.sqrt(share * (1 - share) / y.length);
      assertThat((double) zeros / y.length).isCloseTo(share, within(4.5 * deviation));
    }
  }

  /** A rank that has some of the columns zeroes the same ones, whatever tokens it has beside. */
  @Property(tries = 40)
  void isTheSameInEveryPart(
      @ForAll @IntRange(max = 30) int before, @ForAll @IntRange(min = 1, max = 30) int count) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      int columns = before + count + 3;
      DropoutKeys keys = DropoutKeys.ofRows(new long[] {4, 9}, 5);
      float[] whole = ones(arena, new Dropout(0.5, 7, 0), keys, columns);
      DropoutKeys second = DropoutKeys.ofRows(new long[] {9}, 5);
      float[] part = ones(arena, new Dropout(0.5, 7, before), second, count);
      for (int t = 0; t < 5; t++) {
        for (int i = 0; i < count; i++) {
          assertThat(part[t * count + i]).isEqualTo(whole[(t + 5) * columns + before + i]);
        }
      }
    }
  }

  @Test
  void isAnotherInEachStepRowTokenAndLayer() {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      DropoutKeys keys = DropoutKeys.ofRows(new long[] {4}, 2);
      float[] first = ones(arena, new Dropout(0.5, 7, 0), keys, 100);
      assertThat(Arrays.copyOf(first, 100)).isNotEqualTo(Arrays.copyOfRange(first, 100, 200));
      assertThat(ones(arena, new Dropout(0.5, 8, 0), keys, 100)).isNotEqualTo(first);
      assertThat(ones(arena, new Dropout(0.5, 7, 0), keys.inStep(1), 100)).isNotEqualTo(first);
      assertThat(ones(arena, new Dropout(0.5, 7, 0), keys.inStep(1), 100))
          .isNotEqualTo(ones(arena, new Dropout(0.5, 7, 0), keys.inStep(2), 100));
      DropoutKeys other = DropoutKeys.ofRows(new long[] {5}, 2);
      assertThat(ones(arena, new Dropout(0.5, 7, 0), other, 100)).isNotEqualTo(first);
      assertThat(ones(arena, new Dropout(0.5, 7, 0), keys, 100)).isEqualTo(first);
    }
  }
}
