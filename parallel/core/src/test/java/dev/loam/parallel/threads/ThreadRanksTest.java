// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ThreadRanksTest {
  @Test
  void resultsAreInTheOrderOfRanks() {
    assertThat(Ranks.run(5, (world, arena) -> "rank " + world.rank() + " of " + world.size()))
        .containsExactly("rank 0 of 5", "rank 1 of 5", "rank 2 of 5", "rank 3 of 5", "rank 4 of 5");
  }

  @Test
  void theTimingOfRanksDoesNotShowInTheBits() {
    List<Set<Integer>> digests =
        Ranks.run(
            5,
            Ranks.LONG,
            2048,
            (world, arena) -> {
              Set<Integer> seen = new HashSet<>();
              Random timing = new Random();
              for (int i = 0; i < 200; i++) {
                seen.add(sum(world, arena, timing));
              }
              return seen;
            });
    assertThat(digests.get(0)).hasSize(1);
    assertThat(Set.copyOf(digests)).hasSize(1);
  }

  private static int sum(ProcessGroup world, Arena arena, Random timing) {
    Tensor tensor = arena.allocate(DType.F32, 3001);
    float[] values = new float[3001];
    Random random = new Random(world.rank());
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.exp(5 * random.nextGaussian());
    }
    tensor.set(values);
    pause(timing);
    Work work = world.allReduce(tensor, Reduction.SUM, "sum");
    pause(timing);
    work.await();
    return Arrays.hashCode(tensor.toFloats());
  }

  private static void pause(Random timing) {
    if (timing.nextInt(3) == 0) {
      LockSupport.parkNanos(timing.nextInt(1_000_000));
    }
  }

  @Test
  void operationsProceedWhileAllRanksCompute() {
    List<Boolean> done =
        Ranks.run(
            2,
            (world, arena) -> {
              Tensor tensor = arena.allocate(DType.F32, 3_000_000).set(new float[3_000_000]);
              Work work = world.allReduce(tensor, Reduction.SUM, "beside");
              long start = System.nanoTime();
              while (!work.isDone() && System.nanoTime() - start < 20_000_000_000L) {
                Thread.onSpinWait();
              }
              boolean before = work.isDone();
              work.await();
              return before;
            });
    assertThat(done).containsExactly(true, true);
  }

  /** The one that came last computes on; the one that waits does the work. */
  @Test
  void aWaitingRankIsWokenToDoTheWork() {
    List<Boolean> done =
        Ranks.run(
            2,
            (world, arena) -> {
              Tensor tensor = arena.allocate(DType.F32, 1_000_000).set(new float[1_000_000]);
              world.barrier("begin").await();
              if (world.rank() == 1) {
                Thread.sleep(20);
              }
              Work work = world.allReduce(tensor, Reduction.SUM, "beside");
              long start = System.nanoTime();
              if (world.rank() == 0) {
                work.await();
              }
              while (!work.isDone() && System.nanoTime() - start < 20_000_000_000L) {
                Thread.onSpinWait();
              }
              return work.isDone();
            });
    assertThat(done).containsExactly(true, true);
  }

  /** Measured: 72 bytes, the call itself; 122 before the compiler has got to it. */
  @Test
  void anOperationAllocatesNothingThatGrowsWithItsSize() {
    for (int elements : new int[] {256, 200_000}) {
      List<Long> bytes =
          Ranks.run(
              2,
              (world, arena) -> {
                Tensor tensor = arena.allocate(DType.F32, elements).set(new float[elements]);
                int calls = elements < 1000 ? 3000 : 300;
                long least = Long.MAX_VALUE;
                for (int i = 0; i < 5; i++) {
                  long before = allocated();
                  repeat(world, tensor, calls);
                  least = Math.min(least, (allocated() - before) / calls);
                }
                return least;
              });
      assertThat(bytes).allSatisfy(each -> assertThat(each).isLessThan(256));
    }
  }

  private static void repeat(ProcessGroup world, Tensor tensor, int calls) {
    for (int i = 0; i < calls; i++) {
      world.allReduce(tensor, Reduction.MAX, "again").await();
    }
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @Test
  void waitingDoesNotBurnCores() {
    List<Long> cpuMillis =
        Ranks.run(
            8,
            (world, arena) -> {
              world.barrier("begin").await();
              long before = cpuNanos();
              if (world.rank() == 0) {
                Thread.sleep(300);
              }
              world.barrier("end").await();
              return (cpuNanos() - before) / 1_000_000;
            });
    assertThat(cpuMillis).allSatisfy(each -> assertThat(each).isLessThan(30));
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  @Test
  void severalWorldsAtOnce() throws InterruptedException {
    List<Thread> callers = new ArrayList<>();
    List<List<Double>> sums = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      int world = w;
      sums.add(new ArrayList<>());
      callers.add(new Thread(() -> sums.get(world).addAll(sumOfRanks(world + 2))));
    }
    callers.forEach(Thread::start);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(sums.get(0)).containsExactly(1.0, 1.0);
    assertThat(sums.get(1)).containsExactly(3.0, 3.0, 3.0);
    assertThat(sums.get(2)).containsExactly(6.0, 6.0, 6.0, 6.0);
    assertThat(Ranks.communicationThreads()).isEmpty();
  }

  private static List<Double> sumOfRanks(int size) {
    return Ranks.run(
        size,
        (world, arena) -> {
          Tensor tensor = arena.allocate(DType.F64, 1).set(world.rank());
          world.allReduce(tensor, Reduction.SUM, "ranks").await(Duration.ofSeconds(30));
          return tensor.toDoubles()[0];
        });
  }

  /** Views made anew share their memory; another arena's do not, even of the same size. */
  @Test
  void aViewMadeAnewIsTheSameMemory() {
    List<Double> found =
        Ranks.run(
            2,
            (world, arena) -> {
              Tensor storage = arena.allocate(DType.F64, 100).set(new double[100]);
              for (int i = 0; i < 100; i++) {
                storage.rows(i, 1).set(i);
                world.allReduce(storage.rows(i, 1), Reduction.SUM, "row").await();
                world.allReduce(storage.rows(i, 1).view(1, 1), Reduction.SUM, "row").await();
              }
              double sum = 0;
              for (double value : storage.toDoubles()) {
                sum += value;
              }
              return sum;
            });
    assertThat(found).containsExactly(4.0 * 4950, 4.0 * 4950);
  }
}
