// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.internal;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors of adapters, which are small, outside of any engine; freed when nothing uses them. */
public final class OwnMemory {
  private OwnMemory() {}

  private record Buffer(DType dtype, ByteBuffer data) implements Storage {
    @Override
    public Device device() {
      return Device.cpu();
    }

    @Override
    public long elements() {
      return data.capacity() / dtype.bytes();
    }

    @Override
    public ByteBuffer window(long offset, long length) {
      return data.slice((int) offset * dtype.bytes(), (int) length * dtype.bytes())
          .order(ByteOrder.nativeOrder());
    }

    @Override
    public void requireOpen() {}
  }

  /** A tensor of at most 2 GiB, filled with zeros. */
  public static Tensor allocate(DType dtype, long... shape) {
    Shape size = Shape.of(shape);
    int bytes = Math.toIntExact(Math.multiplyExact(size.elements(), (long) dtype.bytes()));
    return Tensor.of(new Buffer(dtype, ByteBuffer.allocateDirect(bytes)), size);
  }
}
