// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.machine;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;

/** What a machine does at best: the speed of matrix products by themselves. */
public final class MatrixRate {
  private static final int ROWS = 512;
  private static final int COLUMNS = 1024;
  private static final long NANOS = 200_000_000;

  private MatrixRate() {}

  /**
   * Measures for about 0.2 s with the threads of a lease; the best product counts.
   *
   * @return floating-point operations a second
   */
  public static double measure(ComputeLease lease) {
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            return measure(lease, arena);
          }
        });
  }

  private static double measure(ComputeLease lease, Arena arena) {
    Kernels kernels = lease.kernels();
    Tensor x = arena.allocate(lease.computeType(), ROWS, COLUMNS);
    Tensor weight = arena.allocate(lease.computeType(), COLUMNS, COLUMNS);
    Tensor y = arena.allocate(lease.computeType(), ROWS, COLUMNS);
    kernels.fill(x, 1e-3);
    kernels.fill(weight, 1e-3);
    long best = Long.MAX_VALUE;
    long now = System.nanoTime();
    long end = now + NANOS;
    while (now < end) {
      long began = now;
      kernels.linear(x, weight, y);
      now = System.nanoTime();
      best = Math.min(best, now - began);
    }
    return 2.0 * ROWS * COLUMNS * COLUMNS / (best / 1e9);
  }
}
