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
 * How fast tensors are read on the threads of a lease: the best of several passes over all of them
 * by a kernel that writes next to nothing. It is the tensors in question that are read, since on a
 * virtual machine not all memory is equally fast.
 */
final class ReadBandwidth {
  private static final int PASSES = 10;

  private ReadBandwidth() {}

  /** Bytes a second. */
  static double measure(ComputeLease lease, List<Tensor> tensors) {
    long bytes = tensors.stream().mapToLong(t -> t.elements() * t.dtype().bytes()).sum();
    long blocks = tensors.stream().mapToLong(t -> Kernels.squaresBlocks(t.elements())).sum();
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            Tensor sums = arena.allocate(DType.F64, blocks);
            Kernels kernels = lease.kernels();
            return bytes / Best.seconds(PASSES, () -> kernels.sumOfSquares(tensors, sums));
          }
        });
  }
}
