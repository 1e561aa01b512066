// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.train.machine.MatrixRate;

/**
 * How fast a machine is with all compute threads together.
 *
 * @param operations of matrix products in a second
 * @param bytes that kernels read and write in a second
 */
public record MachineSpeed(double operations, double bytes) {
  private static final int REPEATS = 3;
  private static final int COPIED_ELEMENTS = 8 << 20;

  /** Measures for a moment: matrix products, and copying. */
  static MachineSpeed measure(ComputeLease lease) {
    return new MachineSpeed(MatrixRate.measure(lease), lease.call(() -> copied(lease)));
  }

  private static double copied(ComputeLease lease) {
    Kernels kernels = lease.kernels();
    DType dtype = lease.computeType();
    try (Arena arena = lease.newArena(Device.cpu())) {
      Tensor from = filled(kernels, arena.allocate(dtype, COPIED_ELEMENTS));
      Tensor to = filled(kernels, arena.allocate(dtype, COPIED_ELEMENTS));
      return 2.0 * COPIED_ELEMENTS * dtype.bytes() / best(() -> kernels.copy(from, to));
    }
  }

  /** Of so many that work at the same time. */
  MachineSpeed times(int count) {
    return new MachineSpeed(count * operations, count * bytes);
  }

  private static Tensor filled(Kernels kernels, Tensor tensor) {
    kernels.fill(tensor, 1e-3);
    return tensor;
  }

  private static double best(Runnable work) {
    double best = Double.POSITIVE_INFINITY;
    work.run();
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      work.run();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }
}
