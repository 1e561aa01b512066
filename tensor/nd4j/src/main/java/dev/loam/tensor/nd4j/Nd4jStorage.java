// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Storage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** One ND4J buffer, freed when its arena is closed. */
final class Nd4jStorage implements Storage {
  private final DType dtype;
  private final long elements;
  private final DataBuffer buffer;
  private volatile boolean closed;

  Nd4jStorage(DType dtype, long elements) {
    this.dtype = dtype;
    this.elements = elements;
    // ND4J has no empty buffers.
    long[] shape = {Math.max(1, elements)};
    this.buffer = Nd4j.createBufferDetached(shape, nd4jType(dtype));
  }

  private static DataType nd4jType(DType dtype) {
    return switch (dtype) {
      case F64 -> DataType.DOUBLE;
      case F32 -> DataType.FLOAT;
      case BF16 -> DataType.BFLOAT16;
      case I64 -> DataType.INT64;
    };
  }

  DataBuffer buffer() {
    requireOpen();
    return buffer;
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
    requireOpen();
    if (offset < 0 || length < 0 || offset > elements - length) {
      throw new IndexOutOfBoundsException(
          "window " + offset + "+" + length + " of " + elements + " elements");
    }
    long bytes = Math.multiplyExact(length, dtype.bytes());
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("a window of " + bytes + " bytes; the limit is 2 GiB");
    }
    if (bytes == 0) {
      return ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());
    }
    BytePointer first = new BytePointer(buffer.pointer());
    return first.getPointer(offset * dtype.bytes()).capacity(bytes).asByteBuffer();
  }

  @Override
  public void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the arena that owns this tensor is closed");
    }
  }

  void close() {
    if (!closed) {
      closed = true;
      buffer.close();
    }
  }
}
