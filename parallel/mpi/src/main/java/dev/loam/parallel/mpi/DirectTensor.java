// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors in direct buffers, freed by the garbage collector. */
final class DirectTensor {
  private DirectTensor() {}

  /** Elements in fresh memory, all zero. */
  static Tensor allocate(DType dtype, int elements) {
    return of(ByteBuffer.allocateDirect(Math.multiplyExact(elements, dtype.bytes())), dtype);
  }

  /** The whole elements that a buffer holds. */
  static Tensor of(ByteBuffer memory, DType dtype) {
    int elements = memory.capacity() / dtype.bytes();
    return Tensor.of(new DirectStorage(memory, dtype, elements), Shape.of(elements));
  }

  private record DirectStorage(ByteBuffer memory, DType dtype, long elements) implements Storage {
    @Override
    public Device device() {
      return Device.cpu();
    }

    @Override
    public ByteBuffer window(long offset, long length) {
      int bytes = dtype.bytes();
      return memory
          .slice((int) offset * bytes, (int) length * bytes)
          .order(ByteOrder.nativeOrder());
    }

    @Override
    public void requireOpen() {}
  }
}
