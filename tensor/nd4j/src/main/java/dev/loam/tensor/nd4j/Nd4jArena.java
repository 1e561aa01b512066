// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Owns ND4J buffers. */
final class Nd4jArena implements Arena {
  private final Consumer<Nd4jArena> onClose;
  private final List<Nd4jStorage> storages = new ArrayList<>();
  private long allocatedBytes;
  private boolean closed;

  Nd4jArena(Consumer<Nd4jArena> onClose) {
    this.onClose = onClose;
  }

  int tensors() {
    return storages.size();
  }

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... sizes) {
    if (closed) {
      throw new IllegalStateException("the arena is closed");
    }
    Shape shape = Shape.of(sizes);
    Nd4jStorage storage = new Nd4jStorage(dtype, shape.elements());
    storages.add(storage);
    allocatedBytes += shape.elements() * dtype.bytes();
    return Tensor.of(storage, shape);
  }

  @Override
  public long allocatedBytes() {
    return allocatedBytes;
  }

  @Override
  public void close() {
    closed = true;
    storages.forEach(Nd4jStorage::close);
    storages.clear();
    onClose.accept(this);
  }
}
