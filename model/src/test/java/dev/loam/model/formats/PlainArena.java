// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;

/** Tensors in plain buffers, which is all that conversion asks for. */
final class PlainArena implements Arena {
  private long bytes;

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Tensor tensor = new ScratchMemory().tensor(dtype, shape);
    bytes += tensor.elements() * dtype.bytes();
    return tensor;
  }

  @Override
  public long allocatedBytes() {
    return bytes;
  }

  @Override
  public void close() {}
}
