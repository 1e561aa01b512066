// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.Batches;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.testkit.TestData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A rank that fails at any point of a training ends all ranks, in time and with its name. */
class TrainingFaultTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(30, 16, 24, 2, 4, 2, 8, 16, 1e4, 1e-6, 0.1, true, SpecialTokens.none());
  private static final Layout LAYOUT =
      Layout.of(2, 2, 2).withMicroBatches(2).withShardedOptimizer(true);
  private static final Duration DEADLINE = Duration.ofSeconds(2);

  /** What goes wrong, on which rank, after how many parts of steps. */
  private record Fault(int rank, int part, boolean hangs) implements StepClock {
    private static final ThreadLocal<int[]> PARTS = ThreadLocal.withInitial(() -> new int[1]);

    @Override
    public void ended(Part ended) {
      if (PARTS.get()[0]++ != part) {
        return;
      }
      if (!hangs) {
        throw new IllegalStateException("made to fail after " + ended);
      }
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("hung until it was interrupted", e);
      }
    }
  }

  static IntStream trials() {
    return IntStream.range(0, TestData.full() ? 100 : 8);
  }

  @ParameterizedTest
  @MethodSource("trials")
  void endsAllRanks(int trial) {
    Random random = new Random(trial);
    Fault fault = new Fault(random.nextInt(8), random.nextInt(60), trial % 4 == 3);
    long start = System.nanoTime();
    assertThatThrownBy(() -> train(fault))
        .isInstanceOf(RankFailedException.class)
        .hasMessageContaining("rank " + fault.rank)
        .satisfies(e -> assertThat(((RankFailedException) e).rank()).isEqualTo(fault.rank));
    // Generous beside the deadline and a second, for a training that has to get there first.
    assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("loam-comm"));
  }

  @Test
  void withoutFaultAllRanksAgree() {
    List<StepMetrics> all = train(new Fault(-1, -1, false));
    assertThat(all).hasSize(8).extracting(StepMetrics::loss).containsOnly(all.get(0).loss());
  }

  private static List<StepMetrics> train(Fault fault) {
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < LAYOUT.worldSize(); rank++) {
        leases.add(Engine.named("torch").lease(1));
      }
      return ThreadRanks.run(leases, DEADLINE, (world, lease) -> train(world, lease, fault));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static StepMetrics train(ProcessGroup world, ComputeLease lease, Fault fault) {
    RankGroups groups = new RankGroups(world, LAYOUT);
    ReplicaShare share =
        new ReplicaShare(groups.position().data(), 2, 2, Batches.Dealing.CONSECUTIVE);
    Fault.PARTS.remove();
    try (Qwen3Model model = Qwen3Model.share(lease, CONFIG, 8, groups)) {
      model.initialize(1);
      return Trainer.builder(model, new RandomRows(1, share, 10, -1))
          .setSchedule(new LrSchedule.Constant(1e-3, new LrSchedule.WarmUp(0, 0)))
          .optClock(world.rank() == fault.rank ? fault : StepClock.none())
          .build()
          .train();
    }
  }
}
