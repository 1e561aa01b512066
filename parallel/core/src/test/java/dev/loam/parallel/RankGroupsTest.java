// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankGroupsTest {
  @ParameterizedTest
  @CsvSource({"2, 2, 3", "1, 1, 2", "2, 3, 1", "1, 1, 1"})
  void eachRankIsInItsGroups(int dp, int tp, int pp) {
    Layout layout = Layout.of(dp, tp, pp);
    List<Boolean> checked =
        FakeRanks.run(
            layout.worldSize(),
            (world, lease) -> {
              RankGroups groups = new RankGroups(world, layout);
              int rank = world.rank();
              check(groups.tensor(), layout.tensorGroup(rank), "tp");
              check(groups.data(), layout.dataGroup(rank), "dp");
              check(groups.pipeline(), layout.pipelineGroup(rank), "pp");
              check(groups.model(), layout.modelGroup(rank), "model");
              int stage = groups.position().stage();
              assertThat(groups.pipeline().rank()).isEqualTo(stage);
              assertThat(groups.embedding().isPresent())
                  .isEqualTo(pp > 1 && (stage == 0 || stage == pp - 1));
              groups
                  .embedding()
                  .ifPresent(group -> check(group, layout.embeddingGroup(rank), "embedding"));
              return groups.world() == world;
            });
    assertThat(checked).hasSize(dp * tp * pp).containsOnly(true);
  }

  private static void check(ProcessGroup group, GroupMembers expected, String name) {
    assertThat(group.name()).isEqualTo(name);
    assertThat(group.rank()).isEqualTo(expected.key());
    assertThat(IntStream.range(0, group.size()).map(group::worldRank).boxed())
        .containsExactlyElementsOf(expected.ranks());
  }

  @Test
  void aLayoutOfAnotherSize() {
    assertThatThrownBy(
            () -> FakeRanks.run(2, (world, lease) -> new RankGroups(world, Layout.of(3, 1, 1))))
        .isInstanceOf(RankFailedException.class)
        .hasRootCauseMessage("dp 3 x tp 1 x pp 1 (3 ranks) does not fit a world of 2 ranks");
  }
}
