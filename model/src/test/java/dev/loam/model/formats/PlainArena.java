// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;
import java.util.EnumSet;
import java.util.Set;

/** Tensors in plain buffers, which is all that conversion asks for. */
final class PlainArena implements Arena {
  private final Set<DType> types;
  private long bytes;

  PlainArena() {
    this(EnumSet.allOf(DType.class));
  }

  private PlainArena(Set<DType> types) {
    this.types = types;
  }

  /** Has no more types than an engine that computes in F32. */
  static PlainArena likeAnEngine() {
    return new PlainArena(EnumSet.of(DType.F32, DType.I64));
  }

  @Override
  public Device device() {
    return Device.cpu();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    if (!types.contains(dtype)) {
      throw new IllegalArgumentException("no tensors of " + dtype);
    }
    Tensor tensor = HostMemory.allocate(dtype, shape);
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
