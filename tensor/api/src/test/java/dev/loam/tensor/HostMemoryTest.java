// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class HostMemoryTest {
  @Test
  void startsWithZerosAndKeepsWhatIsSet() {
    Tensor x = HostMemory.allocate(DType.F64, 2, 3);
    assertThat(x.toDoubles()).containsOnly(0);
    Tensor unused = x.rows(1, 1).narrow(1, 1, 2).set(5, 6);
    assertThat(x.toDoubles()).containsExactly(0, 0, 0, 0, 5, 6);
    assertThat(x.device()).isEqualTo(Device.cpu());
  }

  @Test
  void isTheBeginningOfABufferInNativeOrder() {
    ByteBuffer memory = ByteBuffer.allocate(11).order(ByteOrder.nativeOrder());
    memory.putInt(4, 0x3f800000);
    memory.position(3).limit(5);
    Tensor x = HostMemory.of(memory, DType.F32, 2);
    assertThat(x.toFloats()).containsExactly(0, 1);
    Tensor unused = x.set(2, 3);
    assertThat(memory.order(ByteOrder.nativeOrder()).clear().getFloat(0)).isEqualTo(2);
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> HostMemory.of(ByteBuffer.allocate(11), DType.F32, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a buffer of 11 bytes has no room for [3] of F32");
    assertThatThrownBy(() -> HostMemory.allocate(DType.F64, 1 << 28))
        .isInstanceOf(ArithmeticException.class);
    assertThat(HostMemory.of(ByteBuffer.allocate(0), DType.F32, 0).elements()).isZero();
  }
}
