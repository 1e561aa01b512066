// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import java.util.Arrays;

/** Hands out memory full of NaN, so that scratch which is read before it is written shows. */
record DirtyArena(Arena arena) implements Arena {
  @Override
  public Device device() {
    return arena.device();
  }

  @Override
  public Tensor allocate(DType dtype, long... shape) {
    Tensor tensor = arena.allocate(dtype, shape);
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
