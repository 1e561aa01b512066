// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;

/** An arena that counts what it is asked for. */
final class CountingArena implements Arena {
  private long bytes;

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    CountedStorage storage = new CountedStorage(dtype, shape.elements());
    bytes = Math.addExact(bytes, storage.bytes());
    return Tensor.of(storage, shape);
  }

  @Override
  public long allocatedBytes() {
    return bytes;
  }

  @Override
  public void close() {}
}
