// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * An allocation that is only counted. Small ones do have memory, from their first use on, for the
 * numbers that ranks tell each other; what is written to large ones is lost, and they read as zero.
 */
final class CountedStorage implements Storage {
  private static final long SMALL_BYTES = 1 << 20;

  private final DType dtype;
  private final long elements;
  private @Nullable ByteBuffer memory;

  CountedStorage(DType dtype, long elements) {
    this.dtype = dtype;
    this.elements = elements;
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

  long bytes() {
    return elements * dtype.bytes();
  }

  @Override
  public ByteBuffer window(long offset, long length) {
    int size = Math.toIntExact(length * dtype.bytes());
    if (bytes() > SMALL_BYTES) {
      return zeros(size);
    }
    if (memory == null) {
      memory = zeros((int) bytes());
    }
    return memory.slice((int) (offset * dtype.bytes()), size).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer zeros(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  @Override
  public void requireOpen() {}
}
