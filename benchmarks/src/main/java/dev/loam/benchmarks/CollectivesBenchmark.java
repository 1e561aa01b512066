// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import java.util.Arrays;

/**
 * Measures how fast ranks exchange memory, over any transport. The time of an operation is that of
 * the rank on which it took longest, from when all were ready to begin it.
 *
 * @param bytes of the buffer that each rank has, a multiple of 4
 * @param repeats timed runs of each operation
 */
public record CollectivesBenchmark(long bytes, int repeats) {
  private static final int SMALL_BYTES = 1024;
  private static final int SMALL_REPEATS = 200;

  /** Checks the numbers. */
  public CollectivesBenchmark {
    if (bytes < Float.BYTES || bytes % Float.BYTES != 0 || repeats < 1) {
      throw new IllegalArgumentException(bytes + " bytes, " + repeats + " repeats");
    }
  }

  /** The best of several runs and their median, in one unit. */
  public record Figure(double best, double median) {}

  /**
   * The result, the same on all ranks. Rates are bytes of the buffer by time, in 10^9 a second.
   *
   * @param sendReceive from the first rank to the second
   * @param latency of an all-reduce of 1 KiB, in microseconds
   */
  public record Result(
      Figure allReduce,
      Figure reduceScatter,
      Figure allGather,
      Figure broadcast,
      Figure sendReceive,
      Figure latency) {}

  /**
   * Measures; all members of the group call this.
   *
   * @param group of at least 2, used on the thread of the lease
   * @param lease gives the memory
   */
  public Result run(ProcessGroup group, ComputeLease lease) {
    if (group.size() < 2) {
      throw new IllegalArgumentException("one rank has nobody to exchange with");
    }
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            return new Measurement(group, lease, arena).run();
          }
        });
  }

  /** One run on one rank. */
  private final class Measurement {
    private final ProcessGroup group;
    private final Arena arena;
    private final Tensor buffer;
    private final Tensor small;

    Measurement(ProcessGroup group, ComputeLease lease, Arena arena) {
      this.group = group;
      this.arena = arena;
      this.buffer = arena.allocate(DType.F32, bytes / Float.BYTES);
      this.small = arena.allocate(DType.F32, SMALL_BYTES / Float.BYTES);
      // Memory is there only once it is written to.
      lease.kernels().fill(buffer, 0);
      lease.kernels().fill(small, 0);
    }

    Result run() {
      Partition pieces = Partition.even(buffer.elements(), group.size());
      return new Result(
          rate(() -> group.allReduce(buffer, Reduction.SUM, "benchmark").await()),
          rate(() -> group.reduceScatter(buffer, pieces, "benchmark").await()),
          rate(() -> group.allGather(buffer, pieces, "benchmark").await()),
          rate(() -> group.broadcast(buffer, 0, "benchmark").await()),
          rate(this::message),
          latency());
    }

    /** The others have nothing to do. */
    private void message() {
      if (group.rank() == 0) {
        group.send(buffer, 1, 0, "benchmark").await();
      } else if (group.rank() == 1) {
        group.receive(buffer, 0, 0, "benchmark").await();
      }
    }

    private Figure rate(Runnable operation) {
      double[] seconds = seconds(repeats, operation);
      return new Figure(bytes / seconds[0] / 1e9, bytes / Median.of(seconds) / 1e9);
    }

    private Figure latency() {
      double[] seconds =
          seconds(SMALL_REPEATS, () -> group.allReduce(small, Reduction.SUM, "benchmark").await());
      return new Figure(1e6 * seconds[0], 1e6 * Median.of(seconds));
    }

    /** Times of the slowest rank, ascending. */
    private double[] seconds(int times, Runnable operation) {
      double[] seconds = new double[times];
      operation.run(); // transports make buffers of their own at first
      for (int i = 0; i < times; i++) {
        group.barrier("start of a run").await();
        long start = System.nanoTime();
        operation.run();
        seconds[i] = (System.nanoTime() - start) / 1e9;
      }
      Tensor slowest = arena.allocate(DType.F64, times).set(seconds);
      group.allReduce(slowest, Reduction.MAX, "times").await();
      double[] sorted = slowest.toDoubles();
      Arrays.sort(sorted);
      return sorted;
    }
  }
}
