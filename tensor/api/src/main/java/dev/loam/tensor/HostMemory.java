// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tensors in plain memory of the processor, outside of any engine: for reading, writing and
 * checking values, not for kernels. The garbage collector frees them. From any thread.
 */
public final class HostMemory {
  private HostMemory() {}

  private record HostStorage(ByteBuffer memory, DType dtype) implements Storage {
    @Override
    public Device device() {
      return Device.cpu();
    }

    @Override
    public long elements() {
      return memory.capacity() / dtype.bytes();
    }

    @Override
    public ByteBuffer window(long offset, long length) {
      int bytes = dtype.bytes();
      return memory
          .slice(Math.toIntExact(offset * bytes), Math.toIntExact(length * bytes))
          .order(ByteOrder.nativeOrder());
    }

    @Override
    public void requireOpen() {}
  }

  /**
   * A tensor of zeros in a direct buffer of its own.
   *
   * @throws ArithmeticException if it is larger than a buffer can be, 2 GiB
   */
  public static Tensor allocate(DType dtype, long... shape) {
    long elements = Shape.of(shape).elements();
    int bytes = Math.toIntExact(Math.multiplyExact(elements, (long) dtype.bytes()));
    return of(ByteBuffer.allocateDirect(bytes), dtype, shape);
  }

  /**
   * The beginning of a buffer as a tensor, in native byte order, whatever the buffer's position and
   * limit.
   *
   * @throws IllegalArgumentException if the buffer is too small
   */
  public static Tensor of(ByteBuffer memory, DType dtype, long... shape) {
    Shape size = Shape.of(shape);
    long bytes = Math.multiplyExact(size.elements(), (long) dtype.bytes());
    if (bytes > memory.capacity()) {
      throw new IllegalArgumentException(
          "a buffer of %d bytes has no room for %s of %s"
              .formatted(memory.capacity(), size, dtype));
    }
    return Tensor.of(
        new HostStorage(memory.duplicate().clear().slice(0, (int) bytes), dtype), size);
  }
}
