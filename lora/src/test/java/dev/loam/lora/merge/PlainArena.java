// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;

/** Tensors in plain buffers, which is all that merging asks for. */
final class PlainArena implements Arena {
  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    return HostMemory.allocate(dtype, shape);
  }

  @Override
  public long allocatedBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
