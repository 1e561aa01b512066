// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

final class ReferenceEngineTest {
  private final Engine engine = Engine.named("reference");

  @Test
  void isOnePerProcess() {
    assertThat(Engine.named("reference")).isSameAs(engine);
    assertThat(engine.name()).isEqualTo("reference");
    assertThat(engine.computeType()).isEqualTo(DType.F64);
    assertThat(engine.threadBudget()).isPositive();
  }

  @Test
  void kernelsRunOnTheLeasedThreadOnly() {
    try (ComputeLease lease = engine.lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      Tensor x = arena.allocate(DType.F64, 2);
      lease.run(() -> lease.kernels().fill(x, 3));
      assertThat(x.toDoubles()).containsExactly(3, 3);
      assertThatThrownBy(() -> lease.kernels().fill(x, 4))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("fill was called outside its compute lease");
    }
  }

  @Test
  void aLeaseEndsOnce() {
    ComputeLease lease = engine.lease(1);
    lease.close();
    lease.close();
    assertThatThrownBy(() -> lease.run(() -> {})).isInstanceOf(IllegalStateException.class);
    try (ComputeLease one = engine.lease(1);
        ComputeLease two = engine.lease(1)) {
      String first = one.call(() -> Thread.currentThread().getName());
      assertThat(two.call(() -> Thread.currentThread().getName())).isNotEqualTo(first);
    }
  }

  @Test
  void aClosedArenaIsNotUsed() {
    try (ComputeLease lease = engine.lease(1)) {
      Arena arena = lease.newArena(Device.cpu());
      Tensor x = arena.allocate(DType.F64, 2, 3);
      assertThat(arena.allocatedBytes()).isEqualTo(48);
      arena.close();
      arena.close();
      assertThatThrownBy(x::toDoubles).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> lease.run(() -> lease.kernels().fill(x, 0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("fill: y:");
      assertThatThrownBy(() -> arena.allocate(DType.F64, 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void hasTheCpuOnly() {
    try (ComputeLease lease = engine.lease(1)) {
      assertThatThrownBy(() -> lease.newArena(Device.gpu(0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("gpu:0");
    }
  }

  @Test
  void windowsAreTheMemoryItself() {
    try (ComputeLease lease = engine.lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      Tensor x = arena.allocate(DType.F32, 4).set(1, 2, 3, 4);
      ByteBuffer window = x.window(1, 2);
      assertThat(window.remaining()).isEqualTo(8);
      assertThat(window.getFloat(0)).isEqualTo(2);
      window.putFloat(4, 9);
      assertThat(x.toFloats()).containsExactly(1, 2, 9, 4);
      assertThat(arena.allocate(DType.F64, 0, 3).toDoubles()).isEmpty();
      assertThat(arena.allocate(DType.F64, 0).window(0, 0).remaining()).isZero();
    }
  }

  /** Two gigabytes pass through; freed memory and freed temporaries leave less than a tenth. */
  @Test
  void memoryIsFreed() {
    try (ComputeLease lease = engine.lease(1)) {
      long before = 0;
      for (int i = 0; i < 60; i++) {
        try (Arena arena = lease.newArena(Device.cpu())) {
          Tensor x = arena.allocate(DType.F64, 1000, 500);
          lease.run(
              () -> {
                lease.kernels().fill(x, 1);
                lease
                    .kernels()
                    .crossEntropy(
                        x,
                        arena.allocate(DType.I64, 1000).set(new long[1000]),
                        arena.allocate(DType.F64, 1).set(0.0));
              });
        }
        if (i == 10) {
          before = Pointer.physicalBytes();
        }
      }
      assertThat(Pointer.physicalBytes() - before).isLessThan(200L << 20);
    }
  }
}
