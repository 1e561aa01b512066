// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A small buffer that is read into before its contents go where they belong. */
final class ScratchMemory {
  private static final int BYTES = 1 << 20;

  private ByteBuffer memory = ByteBuffer.allocate(0);

  /** One use of the buffer. */
  private record Memory(DType dtype, ByteBuffer data) implements Storage {
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

  /** How many rows of a matrix it is good for: some, but at least so many. */
  static long rows(DType dtype, long columns, int least) {
    return Math.max(least, BYTES / Math.max(1, columns * dtype.bytes()));
  }

  /** A tensor in the buffer, until the next is asked for. */
  Tensor tensor(DType dtype, long... shape) {
    Shape size = Shape.of(shape);
    int bytes = Math.toIntExact(size.elements() * dtype.bytes());
    if (memory.capacity() < bytes) {
      memory = ByteBuffer.allocateDirect(bytes);
    }
    return Tensor.of(new Memory(dtype, memory.slice(0, bytes)), size);
  }
}
