// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostBufferTest {
  private final ComputeLease lease = Engine.named("torch").lease(1);
  private final Arena arena = lease.newArena(Device.cpu());

  @AfterEach
  void close() {
    arena.close();
    lease.close();
  }

  private Tensor counting(DType dtype, long elements) {
    double[] values = LongStream.range(0, elements).asDoubleStream().toArray();
    Tensor tensor = arena.allocate(dtype, elements);
    return dtype == DType.I64
        ? tensor.set(LongStream.range(0, elements).toArray())
        : tensor.set(values);
  }

  @Test
  void copiesAcrossSegmentsThatDoNotMatch() {
    for (DType dtype : new DType[] {DType.F32, DType.F64, DType.I64}) {
      Tensor to = counting(dtype, 100);
      HostBuffer source = HostBuffer.of(counting(dtype, 100), 7 * dtype.bytes());
      HostBuffer destination = HostBuffer.of(to, 5 * dtype.bytes());
      source.part(10, 80).copyTo(3, destination.part(20, 70), 1, 60);
      double[] found = to.toDoubles();
      for (int i = 0; i < 100; i++) {
        assertThat(found[i]).isEqualTo(i >= 21 && i < 81 ? i - 21 + 13 : i);
      }
    }
  }

  @Test
  void arraysAcrossSegments() {
    Tensor doubles = counting(DType.F64, 50);
    HostBuffer buffer = HostBuffer.of(doubles, 24).part(5, 40);
    double[] tile = new double[30];
    buffer.read(2, tile, 30);
    assertThat(tile[0]).isEqualTo(7);
    assertThat(tile[29]).isEqualTo(36);
    buffer.write(4, tile, 30);
    assertThat(doubles.toDoubles()[9]).isEqualTo(7);
    assertThat(doubles.toDoubles()[38]).isEqualTo(36);
    assertThat(doubles.toDoubles()[39]).isEqualTo(39);
  }

  @Test
  void windowsForNativeCalls() {
    HostBuffer part = HostBuffer.of(counting(DType.F32, 50), 40).part(15, 30);
    assertThat(part.windowOffset(0)).isEqualTo(20);
    assertThat(part.run(0)).isEqualTo(5);
    assertThat(part.window(0).getFloat(part.windowOffset(0))).isEqualTo(15);
    assertThat(part.run(25)).isEqualTo(5);
    assertThat(part.window(25).getFloat(part.windowOffset(25))).isEqualTo(40);
    assertThat(part.run(28)).isEqualTo(2);
  }

  @Test
  void whatIsNoBuffer() {
    Tensor turned = arena.allocate(DType.F32, 3, 4).transpose(0, 1);
    assertThatThrownBy(() -> HostBuffer.of(turned))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contiguous");
    HostBuffer floats = HostBuffer.of(arena.allocate(DType.F32, 3));
    HostBuffer doubles = HostBuffer.of(arena.allocate(DType.F64, 3));
    assertThatThrownBy(() -> floats.copyTo(0, doubles, 0, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("F32 elements into F64");
    assertThatThrownBy(() -> floats.part(1, 3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("elements 1+3 of a buffer of 3");
    assertThat(HostBuffer.empty().elements()).isZero();
  }
}
