// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import java.util.Arrays;

/** Hands out memory full of NaN, so that whatever is read before it is written shows. */
record DirtyArena(Arena arena) implements Arena {
  @Override
  public Device device() {
    return arena.device();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Tensor tensor = arena.allocate(dtype, shape);
    if (dtype == DType.I64) {
      long[] values = new long[(int) tensor.elements()];
      Arrays.fill(values, Long.MIN_VALUE);
      return tensor.set(values);
    }
    double[] values = new double[(int) tensor.elements()];
    Arrays.fill(values, Double.NaN);
    return tensor.set(values);
  }

  @Override
  public long allocatedBytes() {
    return arena.allocatedBytes();
  }

  @Override
  public void close() {
    arena.close();
  }
}
