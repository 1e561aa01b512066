// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.parallel.Reduction;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TreeReducerTest {
  private final TreeReducer reducer = new TreeReducer();

  /** Left and right half, whatever the number: the definition once more, on plain arrays. */
  private static float sum(float[] values) {
    if (values.length == 1) {
      return values[0];
    }
    int half = values.length / 2;
    return sum(Arrays.copyOfRange(values, 0, half))
        + sum(Arrays.copyOfRange(values, half, values.length));
  }

  private static HostBuffer[] buffers(Tensor[] tensors, int segmentBytes) {
    return Arrays.stream(tensors)
        .map(tensor -> HostBuffer.of(tensor, segmentBytes))
        .toArray(HostBuffer[]::new);
  }

  @Property(tries = 60)
  void sumsAsTheTreeIsDefined(
      @ForAll @IntRange(min = 1, max = 17) int members,
      @ForAll @IntRange(max = 9000) int elements,
      @ForAll @IntRange(min = 1, max = 3000) int segmentElements,
      @ForAll int seed) {
    Random random = new Random(seed);
    float[][] values = new float[members][elements];
    int start = elements == 0 ? 0 : random.nextInt(elements);
    int length = random.nextInt(elements - start + 1);
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      Tensor[] tensors = new Tensor[members];
      for (int m = 0; m < members; m++) {
        for (int i = 0; i < elements; i++) {
          values[m][i] = (float) (random.nextGaussian() * Math.exp(8 * random.nextGaussian()));
        }
        tensors[m] = arena.allocate(DType.F32, elements).set(values[m]);
      }
      HostBuffer[] buffers = buffers(tensors, segmentElements * Float.BYTES);
      Tensor copy = arena.allocate(DType.F32, elements).set(new float[elements]);
      HostBuffer destination = HostBuffer.of(copy, 4096 * Float.BYTES);
      reducer.reduceTo(destination, Reduction.SUM, buffers, start, length);
      reducer.reduceToAll(Reduction.SUM, buffers, start, length);
      float[] column = new float[members];
      float[] alone = new float[elements];
      for (int i = start; i < start + length; i++) {
        for (int m = 0; m < members; m++) {
          column[m] = values[m][i];
        }
        alone[i] = sum(column);
        for (int m = 0; m < members; m++) {
          values[m][i] = alone[i];
        }
      }
      assertThat(copy.toFloats()).isEqualTo(alone);
      for (int m = 0; m < members; m++) {
        assertThat(tensors[m].toFloats()).isEqualTo(values[m]);
      }
    }
  }

  @Example
  void membersOfOneTypeAndRange() {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      HostBuffer floats = HostBuffer.of(arena.allocate(DType.F32, 10));
      HostBuffer fewer = floats.part(0, 9);
      HostBuffer longs = HostBuffer.of(arena.allocate(DType.I64, 10));
      assertThatThrownBy(
              () -> reducer.reduceToAll(Reduction.SUM, new HostBuffer[] {floats, longs}, 0, 10))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("F32[10] with I64[10]");
      assertThatThrownBy(
              () -> reducer.reduceTo(fewer, Reduction.SUM, new HostBuffer[] {floats}, 0, 10))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("elements 0+10 of a buffer of 9");
    }
  }
}
