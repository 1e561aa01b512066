// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.Batches;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ranks allocate beside what one rank does; the vocabulary is odd and the norms are small. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RankMemoryTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(1001, 128, 320, 2, 8, 4, 16, 16, 1e4, 1e-6, 0.1, false, SpecialTokens.none());

  private RankMemory whole = new RankMemory(0, 0, 0, 0, 0, 0, 0);

  @BeforeAll
  void oneRank() {
    whole = memory(Layout.single()).get(0);
    long bytes = 4 * CONFIG.parameterCount();
    assertThat(whole.weights()).isEqualTo(bytes);
    assertThat(whole.moments()).isEqualTo(2 * bytes);
    assertThat(whole.gradients()).isBetween(bytes, bytes + bytes / 100);
    assertThat(whole.logits()).isEqualTo(4L * 16 * CONFIG.vocabSize());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void tensorRanksShareAllMatrices(int ranks) {
    List<RankMemory> each = memory(Layout.of(1, ranks, 1));
    assertThat(each)
        .hasSize(ranks)
        .allSatisfy(rank -> isShare(rank.weights(), whole.weights(), ranks))
        .allSatisfy(rank -> isShare(rank.gradients(), whole.gradients(), ranks))
        .allSatisfy(rank -> isShare(rank.moments(), whole.moments(), ranks))
        .allSatisfy(rank -> isShare(rank.logits(), whole.logits(), ranks));
    assertThat(each.stream().mapToLong(RankMemory::logits).sum()).isEqualTo(whole.logits());
  }

  @Test
  void replicasShareTheMomentsAlone() {
    List<RankMemory> each = memory(Layout.of(4, 1, 1).withShardedOptimizer(true));
    assertThat(each)
        .hasSize(4)
        .allSatisfy(rank -> isShare(rank.moments(), whole.moments(), 4))
        .allSatisfy(rank -> assertThat(rank.weights()).isEqualTo(whole.weights()))
        .allSatisfy(rank -> assertThat(rank.gradients()).isEqualTo(whole.gradients()))
        .allSatisfy(rank -> assertThat(rank.logits()).isEqualTo(whole.logits()));
    assertThat(each.stream().mapToLong(RankMemory::moments).sum()).isEqualTo(whole.moments());
  }

  @Test
  void replicasOfTensorRanksShareTheMomentsOfEach() {
    List<RankMemory> plain = memory(Layout.of(2, 2, 1));
    List<RankMemory> sharded = memory(Layout.of(2, 2, 1).withShardedOptimizer(true));
    for (int tensor = 0; tensor < 2; tensor++) {
      long all = plain.get(tensor).moments();
      assertThat(sharded.get(tensor).moments() + sharded.get(tensor + 2).moments()).isEqualTo(all);
      isShare(sharded.get(tensor).moments(), all, 2);
    }
  }

  /** The fair share and 5 % of it at most. */
  private static void isShare(long bytes, long of, int ranks) {
    assertThat(bytes).isLessThanOrEqualTo(of * 105 / 100 / ranks);
  }

  private static List<RankMemory> memory(Layout layout) {
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        leases.add(Engine.named("torch").lease(1));
      }
      return ThreadRanks.run(
          leases, Duration.ofSeconds(60), (world, lease) -> train(world, lease, layout));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static RankMemory train(ProcessGroup world, ComputeLease lease, Layout layout) {
    RankGroups groups = new RankGroups(world, layout);
    int replicas = layout.dataParallel();
    ReplicaShare share =
        new ReplicaShare(groups.position().data(), replicas, 1, Batches.Dealing.CONSECUTIVE);
    try (Qwen3Model model = Qwen3Model.share(lease, CONFIG, 16, groups);
        DataLoader rows = new RandomRows(1, share, 1, -1)) {
      model.initialize(1);
      Trainer trainer = Trainer.builder(model, rows).build();
      StepMetrics unused = trainer.train();
      return trainer.memory();
    }
  }
}
