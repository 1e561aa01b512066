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
 * How fast tensors are read on the threads of a lease, by a kernel that writes next to nothing. It
 * is the tensors in question that are read, since on a virtual machine not all memory is equally
 * fast.
 */
final class ReadBandwidth implements AutoCloseable {
  private final ComputeLease lease;
  private final List<Tensor> tensors;
  private final Arena arena;
  private final Tensor sums;
  private final long bytes;

  ReadBandwidth(ComputeLease lease, List<Tensor> tensors) {
    this.lease = lease;
    this.tensors = tensors;
    arena = lease.newArena(Device.cpu());
    sums =
        arena.allocate(
            DType.F64, tensors.stream().mapToLong(t -> Kernels.squaresBlocks(t.elements())).sum());
    bytes = tensors.stream().mapToLong(t -> t.elements() * t.dtype().bytes()).sum();
  }

  /** Bytes a second of one pass over all tensors. */
  double measure() {
    return lease.call(
        () -> {
          long start = System.nanoTime();
          lease.kernels().sumOfSquares(tensors, sums);
          return bytes / ((System.nanoTime() - start) / 1e9);
        });
  }

  @Override
  public void close() {
    arena.close();
  }
}
