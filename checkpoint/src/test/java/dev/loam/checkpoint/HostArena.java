// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors in plain buffers: all that reading and writing files needs of an engine. */
public final class HostArena implements Arena {
  private long bytes;
  private boolean closed;

  /** One allocation. */
  private record Memory(HostArena owner, DType dtype, ByteBuffer data) implements Storage {
    @Override
    public Device device() {
      return owner.device();
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
    public void requireOpen() {
      if (owner.closed) {
        throw new IllegalStateException("the arena is closed");
      }
    }
  }

  /** A tensor larger than memory: every window of it is the start of the same buffer. */
  public static Tensor vast(DType dtype, ByteBuffer window, long... shape) {
    Shape size = Shape.of(shape);
    return Tensor.of(
        new Storage() {
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
            return size.elements();
          }

          @Override
          public ByteBuffer window(long offset, long length) {
            return window
                .slice(0, Math.toIntExact(length * dtype.bytes()))
                .order(ByteOrder.nativeOrder());
          }

          @Override
          public void requireOpen() {}
        },
        size);
  }

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Shape size = Shape.of(shape);
    int needed = Math.toIntExact(size.elements() * dtype.bytes());
    bytes += needed;
    return Tensor.of(new Memory(this, dtype, ByteBuffer.allocateDirect(needed)), size);
  }

  @Override
  public long allocatedBytes() {
    return bytes;
  }

  @Override
  public void close() {
    closed = true;
  }
}
