// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Pointer;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class RegionTest {
  @Test
  void addressesElementsOfAView() {
    Tensor tensor = HostMemory.allocate(DType.F32, 10);
    Tensor unused = tensor.set(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    Region region = Region.of(tensor.rows(3, 5), "x");
    assertThat(region.elements()).isEqualTo(5);
    assertThat(new Pointer(region.address(2)).getFloat(0)).isEqualTo(5);
  }

  @Test
  void takesATensorWithoutElements() {
    assertThat(Region.of(HostMemory.allocate(DType.I64, 0), "x").elements()).isZero();
  }

  @Test
  void refusesMemoryOnTheHeap() {
    Tensor heap = HostMemory.of(ByteBuffer.allocate(16), DType.F32, 4);
    assertThatThrownBy(() -> Region.of(heap, "gradients"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("gradients", "memory outside of the Java heap");
  }
}
