// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.List;

/**
 * How fast kernels read memory on the threads of a lease: the best of several passes over a tensor
 * that no cache holds, by kernels that write next to nothing.
 */
final class ReadBandwidth {
  private static final int PASSES = 10;
  private static final int COLUMNS = 1024;
  private static final long BYTES = 512L << 20;

  private ReadBandwidth() {}

  /** Bytes a second. */
  static double measure(ComputeLease lease) {
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            return BYTES / Math.min(product(lease, arena), squares(lease, arena));
          }
        });
  }

  /** A row by a matrix, as when a token is decoded. */
  private static double product(ComputeLease lease, Arena arena) {
    DType dtype = lease.computeType();
    Tensor matrix = big(lease, arena);
    Tensor x = arena.allocate(dtype, 1, COLUMNS);
    Tensor y = arena.allocate(dtype, 1, matrix.size(0));
    Kernels kernels = lease.kernels();
    kernels.fill(x, 1);
    return Best.seconds(PASSES, () -> kernels.linear(x, matrix, y));
  }

  private static double squares(ComputeLease lease, Arena arena) {
    Tensor all = big(lease, arena);
    Tensor blocks = arena.allocate(DType.F64, Kernels.squaresBlocks(all.elements()));
    return Best.seconds(PASSES, () -> lease.kernels().sumOfSquares(List.of(all), blocks));
  }

  private static Tensor big(ComputeLease lease, Arena arena) {
    DType dtype = lease.computeType();
    Tensor big = arena.allocate(dtype, BYTES / dtype.bytes() / COLUMNS, COLUMNS);
    lease.kernels().fill(big, 1e-3);
    return big;
  }
}
