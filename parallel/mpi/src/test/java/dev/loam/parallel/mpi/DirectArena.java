// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;

/** An arena in direct buffers, for tests that need no kernels. */
final class DirectArena implements Arena {
  private long allocatedBytes;

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Shape sizes = Shape.of(shape);
    allocatedBytes += sizes.elements() * dtype.bytes();
    return HostMemory.allocate(dtype, shape);
  }

  @Override
  public long allocatedBytes() {
    return allocatedBytes;
  }

  @Override
  public void close() {}
}
