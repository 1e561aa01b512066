// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Windows: the memory that kernels work on, seen from Java. */
final class TorchStorageTest {
  private final ComputeLease lease = Engine.named("torch").lease(1);
  private final Arena arena = lease.newArena(Device.cpu());

  @AfterEach
  void close() {
    arena.close();
    lease.close();
  }

  @Test
  void windowsAreTheMemoryItself() {
    Tensor x = arena.allocate(DType.F32, 2, 3).set(1, 2, 3, 4, 5, 6);
    ByteBuffer window = x.window(2, 3);
    assertThat(window.order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(window.position()).isZero();
    assertThat(window.limit()).isEqualTo(12);
    assertThat(window.capacity()).isEqualTo(12);
    assertThat(window.getFloat(0)).isEqualTo(3);
    window.putFloat(8, 50);
    lease.run(() -> lease.kernels().add(arena.allocate(DType.F32, 2, 3).set(new float[6]), x));
    assertThat(x.toFloats()).containsExactly(1, 2, 3, 4, 50, 6);
    lease.run(() -> lease.kernels().fill(x, 7));
    assertThat(window.getFloat(4)).isEqualTo(7);
    assertThat(x.rows(1, 1).window(1, 2).putFloat(0, 9).isDirect()).isTrue();
    assertThat(x.toFloats()).containsExactly(7, 7, 7, 7, 9, 7);
  }

  @Test
  void windowsAreAlignedAsTheirElementsAre() {
    for (DType dtype : List.of(DType.F64, DType.F32, DType.I64)) {
      Tensor x = arena.allocate(dtype, 100);
      assertThat(x.window(0, 100).alignmentOffset(0, 64)).isZero();
      assertThat(x.window(3, 97).alignmentOffset(0, dtype.bytes())).isZero();
      assertThat(x.window(3, 97).alignmentOffset(0, 64)).isEqualTo(3 * dtype.bytes());
    }
  }

  @Test
  void windowsOutsideAreRefused() {
    Tensor x = arena.allocate(DType.F32, 4);
    assertThat(x.window(4, 0).remaining()).isZero();
    assertThat(arena.allocate(DType.F32, 0).window(0, 0).remaining()).isZero();
    for (long[] outside : new long[][] {{-1, 2}, {3, 2}, {0, -1}, {5, 0}, {1, Long.MAX_VALUE}}) {
      assertThatThrownBy(() -> x.storage().window(outside[0], outside[1]))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("of 4 elements");
    }
  }

  @Test
  void aClosedArenaHasNone() {
    Tensor known = arena.allocate(DType.F32, 4);
    Tensor fresh = arena.allocate(DType.F32, 4);
    assertThat(known.window(0, 4).remaining()).isEqualTo(16);
    arena.close();
    for (Tensor x : List.of(known, fresh)) {
      assertThatThrownBy(() -> x.storage().window(0, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void severalThreadsTakeWindowsAtOnce() throws Exception {
    int threads = 4;
    int each = 5000;
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      for (int round = 0; round < 20; round++) {
        Tensor x = arena.allocate(DType.F64, (long) threads * each);
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<?>> works = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
          int thread = t;
          works.add(
              executor.submit(
                  () -> {
                    start.await();
                    for (int i = thread; i < threads * each; i += threads) {
                      x.window(i, 1).putDouble(0, i);
                    }
                    return thread;
                  }));
        }
        for (Future<?> work : works) {
          work.get();
        }
        double[] values = x.toDoubles();
        for (int i = 0; i < values.length; i++) {
          assertThat(values[i]).isEqualTo(i);
        }
      }
    } finally {
      executor.shutdown();
    }
  }

  /** Three segments of 1 GiB and a little more; only the pages that are written take memory. */
  @Test
  void tensorsAboveTwoGibibytesAreReachedToTheEnd() {
    long segment = 1L << 28;
    long elements = 3 * segment + 5;
    Tensor x = arena.allocate(DType.F32, elements);
    for (long border : new long[] {segment, 2 * segment, 3 * segment}) {
      x.window(border - 3, 3).putFloat(0, 1).putFloat(4, 2).putFloat(8, 3);
      x.window(border, 3).putFloat(0, 4).putFloat(4, 5).putFloat(8, 6);
      ByteBuffer across = x.window(border - 3, 6);
      for (int i = 0; i < 6; i++) {
        assertThat(across.getFloat(4 * i)).isEqualTo(i + 1);
      }
      across.putFloat(12, -4);
      assertThat(x.rows(border - 1, 3).toFloats()).containsExactly(3, -4, 5);
    }
    x.window(elements - 1, 1).putFloat(0, 9);
    lease.run(() -> lease.kernels().fill(x.rows(elements - 2, 1), 8));
    assertThat(x.window(elements - 2, 2).getFloat(0)).isEqualTo(8);
    assertThat(x.window(elements - 2, 2).getFloat(4)).isEqualTo(9);
    assertThatThrownBy(() -> x.window(0, 2 * segment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 2 GiB");
  }
}
