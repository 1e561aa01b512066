// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An arena on the Java heap, for tests that need no kernels. */
public final class HeapArena implements Arena {
  private long allocatedBytes;
  private boolean closed;

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Shape sizes = Shape.of(shape);
    allocatedBytes += sizes.elements() * dtype.bytes();
    return Tensor.of(new HeapStorage(dtype, sizes.elements()), sizes);
  }

  @Override
  public long allocatedBytes() {
    return allocatedBytes;
  }

  @Override
  public void close() {
    closed = true;
  }

  private final class HeapStorage implements Storage {
    private final DType dtype;
    private final long elements;
    private final ByteBuffer memory;

    HeapStorage(DType dtype, long elements) {
      this.dtype = dtype;
      this.elements = elements;
      this.memory = ByteBuffer.allocate(Math.toIntExact(elements * dtype.bytes()));
    }

    @Override
    public DType dtype() {
      return dtype;
    }

    @Override
    public Device device() {
      return Device.cpu();
    }

    @Override
    public long elements() {
      return elements;
    }

    @Override
    public ByteBuffer window(long offset, long length) {
      int bytes = dtype.bytes();
      return memory
          .slice((int) offset * bytes, (int) length * bytes)
          .order(ByteOrder.nativeOrder());
    }

    @Override
    public void requireOpen() {
      if (closed) {
        throw new IllegalStateException("the arena is closed");
      }
    }
  }
}
