// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Timeout;

/** Ranks that throw or abort. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FailureTest {
  private static final int RANKS = 4;
  private static final int STEPS = 30;

  private static RankFailedException failure(int ranks, Ranks.Body<Integer> body) {
    RankFailedException failure =
        catchThrowableOfType(RankFailedException.class, () -> Ranks.run(ranks, body));
    assertThat(failure).isNotNull();
    assertThat(Ranks.communicationThreads()).isEmpty();
    return failure;
  }

  @Property(tries = 40)
  void anExceptionAtAnyPointEndsAllRanks(
      @ForAll @IntRange(max = RANKS - 1) int failing,
      @ForAll @IntRange(max = STEPS - 1) int step,
      @ForAll int seed) {
    IOException cause = new IOException("broken disk");
    Map<Integer, RankFailedException> seen = new ConcurrentHashMap<>();
    RankFailedException failure =
        failure(
            RANKS,
            (world, arena) -> {
              try {
                return work(world, arena, seed, world.rank() == failing ? step : STEPS, cause);
              } catch (RankFailedException e) {
                seen.put(world.rank(), e);
                throw e;
              }
            });
    assertThat(failure.rank()).isEqualTo(failing);
    assertThat(failure)
        .hasMessage("rank " + failing + " failed: java.io.IOException: broken disk")
        .hasCause(cause);
    assertThat(seen).hasSize(RANKS - 1).doesNotContainKey(failing);
    for (RankFailedException e : seen.values()) {
      assertThat(e.rank()).isEqualTo(failing);
      assertThat(e).hasCause(cause);
      assertThat(e.getMessage())
          .startsWith(failure.getMessage())
          .containsPattern("of group (world|pair) \\(tensor \\d+\\)$")
          .containsPattern("(all-reduce|broadcast|all-gather|reduce-scatter) \\d+ |tag 3");
    }
  }

  /** The same operations on all ranks, some left under way; all end in a sum of the world. */
  private static int work(ProcessGroup world, Arena arena, int seed, int failAt, Exception cause)
      throws Exception {
    Random random = new Random(seed);
    ProcessGroup pair = world.split(world.rank() / 2, 0, "pair");
    Deque<Work> works = new ArrayDeque<>();
    for (int i = 0; i <= STEPS; i++) {
      if (i == failAt && failAt < STEPS) {
        throw cause;
      }
      ProcessGroup group = random.nextBoolean() ? world : pair;
      Tensor tensor = arena.allocate(DType.F32, random.nextInt(100_000));
      works.add(start(group, random.nextInt(5), tensor, "tensor " + i));
      if (random.nextInt(3) == 0) {
        works.remove().await();
      }
    }
    works.add(world.allReduce(arena.allocate(DType.F32, 8), Reduction.SUM, "tensor 99"));
    works.forEach(Work::await);
    return 0;
  }

  private static Work start(ProcessGroup group, int operation, Tensor tensor, String what) {
    Partition pieces = Partition.even(tensor.elements(), group.size());
    boolean even = group.rank() % 2 == 0;
    return switch (operation) {
      case 0 -> group.allReduce(tensor, Reduction.SUM, what);
      case 1 -> group.broadcast(tensor, 1, what);
      case 2 -> group.allGather(tensor, pieces, what);
      case 3 -> group.reduceScatter(tensor, pieces, what);
      default ->
          even
              ? group.send(tensor, group.rank() + 1, 3, what)
              : group.receive(tensor, group.rank() - 1, 3, what);
    };
  }

  @Example
  void anErrorCounts() {
    RankFailedException failure =
        failure(
            2,
            (world, arena) -> {
              if (world.rank() == 1) {
                throw new StackOverflowError("deep");
              }
              world.barrier("here").await();
              return 0;
            });
    assertThat(failure).hasMessageContaining("rank 1 failed").hasCauseInstanceOf(Error.class);
  }

  @Example
  void anAbortEndsAllRanksAndAllLaterOperations() {
    RankFailedException failure =
        failure(
            3,
            (world, arena) -> {
              ProcessGroup alone = world.split(world.rank(), 0, "alone");
              if (world.rank() == 2) {
                world.abort(new IllegalStateException("no more"));
                return 0;
              }
              for (ProcessGroup group : new ProcessGroup[] {world, alone, world}) {
                RankFailedException e =
                    catchThrowableOfType(
                        RankFailedException.class, () -> group.barrier("later").await());
                if (group == world || e != null) {
                  assertThat(e)
                      .hasMessageContaining("rank 2 aborted")
                      .hasMessageContaining("later");
                }
              }
              assertThat(
                      catchThrowableOfType(
                          RankFailedException.class, () -> alone.barrier("later").await()))
                  .hasMessage(
                      "rank 2 aborted: java.lang.IllegalStateException: no more;"
                          + " so there is no end of barrier of group alone (later)");
              return 0;
            });
    assertThat(failure)
        .hasMessage("rank 2 aborted: java.lang.IllegalStateException: no more")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Example
  void aPollOfAnOperationThatWillNotEndThrows() {
    RankFailedException failure =
        failure(
            2,
            (world, arena) -> {
              if (world.rank() == 1) {
                throw new IllegalStateException("boom");
              }
              Work work = world.barrier("polled");
              while (!work.isDone()) {
                Thread.onSpinWait();
              }
              return 0;
            });
    assertThat(failure.rank()).isEqualTo(1);
  }

  @Example
  void aRankThatEndsWhileOthersWaitForIt() {
    RankFailedException failure =
        failure(
            3,
            (world, arena) -> {
              if (world.rank() != 1) {
                world.barrier("first").await();
              }
              return 0;
            });
    assertThat(failure.rank()).isEqualTo(1);
    assertThat(failure)
        .hasMessage("rank 1 ended without taking part in barrier 0 of group world (first)");
  }

  @Example
  void groupsBelongToTheThreadOfTheirRank() {
    RankFailedException failure =
        failure(
            2,
            (world, arena) -> {
              Throwable[] thrown = new Throwable[1];
              Thread other =
                  new Thread(
                      () -> {
                        try {
                          world.barrier("elsewhere").await();
                        } catch (IllegalStateException e) {
                          thrown[0] = e;
                        }
                      },
                      "other");
              other.start();
              other.join();
              assertThat(thrown[0]).isInstanceOf(IllegalStateException.class);
              throw new IllegalStateException(thrown[0].getMessage());
            });
    assertThat(failure)
        .hasMessageContaining("group world belongs to the thread of rank")
        .hasMessageContaining("not to other");
  }
}
