// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import com.sun.management.ThreadMXBean;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Measures all-reduce between thread ranks; a program, not a test. */
final class AllReduceSpeed {
  private AllReduceSpeed() {}

  /** Numbers of ranks. */
  public static void main(String[] arguments) {
    for (String ranks : arguments) {
      int size = Integer.parseInt(ranks);
      for (int kib : new int[] {1, 64, 1024, 16 * 1024, 256 * 1024}) {
        report(size, kib);
      }
    }
  }

  @SuppressWarnings("SystemOut")
  private static void report(int size, int kib) {
    long elements = kib * 1024L / Float.BYTES;
    int calls = Math.max(1, Math.min(5000, 20_000_000 / (int) elements));
    AtomicLong allocated = new AtomicLong();
    List<Double> best =
        Ranks.run(size, (world, arena) -> best(world, arena, elements, calls, allocated));
    double micros = best.get(0) / 1000;
    System.out.printf(
        Locale.ROOT,
        "%d ranks, %7d KiB: %10.2f us, %6.2f GB/s, %d bytes allocated%n",
        size,
        kib,
        micros,
        kib * 1024 / micros / 1000,
        allocated.get());
  }

  /** Nanoseconds of a call, the best of several rounds. */
  private static double best(
      ProcessGroup world, Arena arena, long elements, int calls, AtomicLong allocated) {
    Tensor tensor = arena.allocate(DType.F32, elements);
    tensor.window(0, elements).putFloat(0, 1);
    double best = Double.MAX_VALUE;
    for (int round = 0; round < 8; round++) {
      world.barrier("round").await();
      long before = allocated();
      long start = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        world.allReduce(tensor, Reduction.MAX, "speed").await();
      }
      best = Math.min(best, (double) (System.nanoTime() - start) / calls);
      allocated.set((allocated() - before) / calls);
    }
    return best;
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
