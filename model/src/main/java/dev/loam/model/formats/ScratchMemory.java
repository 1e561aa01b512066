// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;

/** A small buffer that is read into before its contents go where they belong. */
final class ScratchMemory {
  private static final int BYTES = 1 << 20;

  private ByteBuffer memory = ByteBuffer.allocate(0);

  /** How many rows of a matrix it is good for: some, but at least so many. */
  static long rows(DType dtype, long columns, int least) {
    return Math.max(least, BYTES / Math.max(1, columns * dtype.bytes()));
  }

  /** A tensor in the buffer, until the next is asked for. */
  Tensor tensor(DType dtype, long... shape) {
    int bytes = Math.toIntExact(Shape.of(shape).elements() * dtype.bytes());
    if (memory.capacity() < bytes) {
      memory = ByteBuffer.allocateDirect(bytes);
    }
    return HostMemory.of(memory, dtype, shape);
  }
}
