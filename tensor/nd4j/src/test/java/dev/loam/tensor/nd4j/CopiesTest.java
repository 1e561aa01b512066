// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

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

final class CopiesTest {
  @Property
  void copiesAndFillsViews(
      @ForAll @IntRange(max = 4) int rows,
      @ForAll @IntRange(max = 4) int columns,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = bench.random(rows, columns, 2);
      Tensor y = bench.output(rows, columns, 2);
      bench.run(k -> k.copy(x, y));
      assertClose(y, x.toDoubles());
      bench.run(k -> k.copy(x.transpose(0, 1), y.view(rows, columns, 2).transpose(0, 1)));
      assertClose(y, x.toDoubles());
      bench.run(k -> k.fill(y, -3));
      assertThat(Arrays.stream(y.toDoubles())).allMatch(value -> value == -3);
    }
  }

  @Property
  void adds(
      @ForAll @IntRange(max = 4) int rows,
      @ForAll @IntRange(max = 4) int columns,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor x = bench.random(rows, columns, 2);
      Tensor y = bench.random(rows, columns, 2);
      double[] expected = y.toDoubles();
      Arrays.setAll(expected, i -> expected[i] + x.toDoubles()[i]);
      bench.run(k -> k.add(x, y));
      assertThat(y.toDoubles()).containsExactly(expected);
    }
  }

  @Example
  void convertsBetweenTypes() {
    try (ComputeLease lease = Engine.named("reference").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      double[] values = {1, -2.5, Math.PI, 1e-40, Double.POSITIVE_INFINITY, Double.NaN};
      Tensor x = arena.allocate(DType.F64, values.length).set(values);
      Tensor single = arena.allocate(DType.F32, values.length);
      Tensor half = arena.allocate(DType.BF16, values.length);
      Tensor back = arena.allocate(DType.F32, values.length);
      lease.run(
          () -> {
            lease.kernels().copy(x, single);
            lease.kernels().copy(single, half);
            lease.kernels().copy(half, back);
          });
      assertThat(single.toFloats())
          .containsExactly(1, -2.5f, (float) Math.PI, 1e-40f, Float.POSITIVE_INFINITY, Float.NaN);
      assertThat(back.toFloats())
          .containsExactly(1, -2.5f, 3.140625f, 0x1p-133f, Float.POSITIVE_INFINITY, Float.NaN);
    }
  }

  @Example
  void copiesIntegersExactly() {
    try (ComputeLease lease = Engine.named("reference").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      long odd = (1L << 62) + 1;
      Tensor x = arena.allocate(DType.I64, 1).set(new long[] {odd});
      Tensor y = arena.allocate(DType.I64, 1);
      lease.run(() -> lease.kernels().copy(x, y));
      assertThat(y.window(0, 1).getLong(0)).isEqualTo(odd);
    }
  }
}
