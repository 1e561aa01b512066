// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankBody;
import dev.loam.parallel.RankFailedException;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ranks that do not come, and interrupts. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DeadlineTest {
  private static final Duration DEADLINE = Duration.ofMillis(300);

  private static RankFailedException failureInTime(
      List<ComputeLease> leases, Duration deadline, RankBody<Integer> body) {
    long start = System.nanoTime();
    RankFailedException failure =
        catchThrowableOfType(
            RankFailedException.class, () -> ThreadRanks.run(leases, deadline, body));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertThat(failure).isNotNull();
    assertThat(millis).isLessThanOrEqualTo(deadline.toMillis() + 1000);
    assertThat(Ranks.communicationThreads()).isEmpty();
    return failure;
  }

  private static void sleep() throws InterruptedException {
    Thread.sleep(60_000);
  }

  @Test
  void aRankThatSleepsIsNamedAndInterrupted() {
    AtomicBoolean woken = new AtomicBoolean();
    RankFailedException failure =
        failureInTime(
            PlainLease.several(3),
            DEADLINE,
            (world, lease) -> {
              world.barrier("first").await();
              if (world.rank() == 2) {
                try {
                  sleep();
                } catch (InterruptedException e) {
                  woken.set(true);
                }
              } else {
                world.barrier("second").await();
              }
              return 0;
            });
    assertThat(failure.rank()).isEqualTo(2);
    assertThat(failure)
        .hasMessage("rank 2 did not take part in barrier 1 of group world (second) within 300 ms");
    assertThat(woken).isTrue();
  }

  @Test
  void aRankThatHangsIsLeftBehind() {
    AtomicBoolean release = new AtomicBoolean();
    RankFailedException failure =
        failureInTime(
            PlainLease.several(3),
            DEADLINE,
            (world, lease) -> {
              if (world.rank() == 1) {
                while (!release.get()) {
                  Thread.onSpinWait();
                }
              }
              world.barrier("here").await();
              return 0;
            });
    release.set(true);
    assertThat(failure.rank()).isEqualTo(1);
    assertThat(failure)
        .hasMessage(
            "rank 1 did not take part in barrier 0 of group world (here) within 300 ms;"
                + " rank 1 did not end, its compute thread is lost (poisoned)");
  }

  @Test
  void aRankThatHangsWhenAnotherFails() {
    AtomicBoolean release = new AtomicBoolean();
    RankFailedException failure =
        failureInTime(
            PlainLease.several(2),
            DEADLINE,
            (world, lease) -> {
              if (world.rank() == 0) {
                throw new IllegalStateException("boom");
              }
              while (!release.get()) {
                Thread.onSpinWait();
              }
              return 0;
            });
    release.set(true);
    assertThat(failure.rank()).isEqualTo(0);
    assertThat(failure)
        .hasMessageStartingWith("rank 0 failed: java.lang.IllegalStateException: boom; rank 1 did")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void theRankThatTheMissingOneWaitsForIsToBlame() {
    RankFailedException failure =
        failureInTime(
            PlainLease.several(3),
            DEADLINE,
            (world, lease) -> {
              ProcessGroup pair = world.split(world.rank() == 0 ? 0 : 1, 0, "pair");
              switch (world.rank()) {
                case 0 -> world.barrier("all").await();
                case 1 -> pair.barrier("two").await(Duration.ofSeconds(10));
                default -> sleep();
              }
              return 0;
            });
    assertThat(failure.rank()).isEqualTo(2);
    assertThat(failure)
        .hasMessage(
            "ranks 1, 2 did not take part in barrier 1 of group world (all) within 300 ms;"
                + " rank 1 waits in barrier 0 of group pair (two)");
  }

  @Test
  void ranksThatWaitForEachOther() {
    RankFailedException failure =
        catchThrowableOfType(
            RankFailedException.class,
            () ->
                Ranks.run(
                    2,
                    DEADLINE,
                    World.CHUNK_BYTES,
                    (world, arena) -> {
                      Tensor message = arena.allocate(DType.F32, 1);
                      world.receive(message, 1 - world.rank(), 7, "x").await();
                      return 0;
                    }));
    assertThat(failure)
        .hasMessageMatching(
            "rank (0|1) did not take part in receive from member \\1 with tag 7 of group world"
                + " \\(x\\) within 300 ms; rank \\1 waits in receive from member .*");
  }

  @Test
  void aLeaseThatIsBusyNeverBegins() throws InterruptedException {
    List<ComputeLease> leases = PlainLease.several(2);
    CountDownLatch release = new CountDownLatch(1);
    AtomicBoolean begun = new AtomicBoolean();
    var busy =
        leases
            .get(1)
            .submit(
                () -> {
                  release.await();
                  return 0;
                });
    RankFailedException failure =
        failureInTime(
            leases,
            DEADLINE,
            (world, lease) -> {
              begun.compareAndSet(false, world.rank() == 1);
              world.barrier("here").await();
              return 0;
            });
    release.countDown();
    assertThat(busy).succeedsWithin(DEADLINE);
    assertThat(leases.get(1).submit(() -> 5)).succeedsWithin(DEADLINE).isEqualTo(5);
    assertThat(begun).isFalse();
    assertThat(failure).hasMessageStartingWith("rank 1 did not take part in barrier 0");
    assertThat(failure.getMessage()).doesNotContain("lost");
  }

  @Test
  void anInterruptReachesTheRanksAndIsSetAgain() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(3);
    AtomicReference<List<Boolean>> results = new AtomicReference<>(List.of());
    AtomicBoolean setAgain = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              results.set(
                  ThreadRanks.run(
                      PlainLease.several(3),
                      Ranks.LONG,
                      (world, lease) -> {
                        running.countDown();
                        boolean seen = false;
                        try {
                          sleep();
                        } catch (InterruptedException e) {
                          seen = true;
                        }
                        Thread.currentThread().interrupt();
                        world.barrier("while interrupted").await();
                        return seen && Thread.interrupted();
                      }));
              setAgain.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    running.await();
    caller.interrupt();
    caller.join();
    assertThat(results.get()).containsExactly(true, true, true);
    assertThat(setAgain).isTrue();
    assertThat(Ranks.communicationThreads()).isEmpty();
  }

  @Test
  void whatIsNoRun() {
    List<ComputeLease> leases = PlainLease.several(1);
    RankBody<Integer> body = (world, lease) -> 0;
    assertThatThrownBy(() -> ThreadRanks.run(List.of(), DEADLINE, body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no leases");
    assertThatThrownBy(() -> ThreadRanks.run(leases, Duration.ZERO, body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
    List<ComputeLease> twice = List.of(leases.get(0), leases.get(0));
    assertThatThrownBy(() -> ThreadRanks.run(twice, DEADLINE, body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of one rank");
  }
}
