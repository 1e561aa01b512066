// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void tensorRanksAreAdjacentAndStagesFurthestApart() {
    Layout layout = Layout.of(2, 3, 4);
    assertThat(layout.worldSize()).isEqualTo(24);
    assertThat(layout.rank(0, 0, 1)).isEqualTo(1);
    assertThat(layout.rank(0, 1, 0)).isEqualTo(3);
    assertThat(layout.rank(1, 0, 0)).isEqualTo(6);
    assertThat(layout.position(23)).isEqualTo(new Position(3, 1, 2));
    assertThatThrownBy(() -> layout.position(24))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no rank 24 in dp 2 x tp 3 x pp 4 (24 ranks)");
    assertThatThrownBy(() -> layout.rank(0, 2, 0)).hasMessageContaining("no data-parallel replica");
  }

  @Test
  void groupsOfARank() {
    Layout layout = Layout.of(2, 2, 3);
    assertThat(layout.tensorGroup(6)).isEqualTo(new GroupMembers(3, 0, List.of(6, 7)));
    assertThat(layout.dataGroup(6)).isEqualTo(new GroupMembers(2, 1, List.of(4, 6)));
    assertThat(layout.pipelineGroup(6)).isEqualTo(new GroupMembers(2, 1, List.of(2, 6, 10)));
    assertThat(layout.modelGroup(6)).isEqualTo(new GroupMembers(1, 2, List.of(2, 3, 6, 7, 10, 11)));
    assertThat(layout.embeddingGroup(10)).isEqualTo(new GroupMembers(2, 1, List.of(2, 10)));
    assertThat(layout.embeddingGroup(6)).isEqualTo(new GroupMembers(6, 0, List.of(6)));
  }

  @Property
  void groupsPartitionTheWorld(
      @ForAll @IntRange(min = 1, max = 4) int dp,
      @ForAll @IntRange(min = 1, max = 4) int tp,
      @ForAll @IntRange(min = 1, max = 5) int pp) {
    Layout layout = Layout.of(dp, tp, pp);
    List<Function<Integer, GroupMembers>> kinds =
        List.of(
            layout::tensorGroup,
            layout::dataGroup,
            layout::pipelineGroup,
            layout::modelGroup,
            layout::embeddingGroup);
    for (Function<Integer, GroupMembers> kind : kinds) {
      Map<Integer, List<Integer>> byColor = new HashMap<>();
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        Position at = layout.position(rank);
        assertThat(layout.rank(at.stage(), at.data(), at.tensor())).isEqualTo(rank);
        GroupMembers group = kind.apply(rank);
        assertThat(group.ranks().get(group.key())).isEqualTo(rank);
        assertThat(group.ranks()).isSorted();
        assertThat(byColor.computeIfAbsent(group.color(), c -> group.ranks()))
            .isEqualTo(group.ranks());
      }
      assertThat(byColor.values().stream().flatMap(List::stream))
          .hasSize(layout.worldSize())
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void aRemainderOfLayersGoesToTheEarliestVirtualStages() {
    Layout layout = Layout.of(1, 1, 2).withVirtualStages(2);
    // Virtual stages of 10 layers: 3, 3, 2, 2.
    assertThat(layout.layers(0, 0, 10)).isEqualTo(new LayerRange(0, 3));
    assertThat(layout.layers(1, 0, 10)).isEqualTo(new LayerRange(3, 3));
    assertThat(layout.layers(0, 1, 10)).isEqualTo(new LayerRange(6, 2));
    assertThat(layout.layers(1, 1, 10)).isEqualTo(new LayerRange(8, 2));
    assertThat(layout.layers(1, 1, 10).end()).isEqualTo(10);
    assertThat(Layout.single().layers(0, 0, 28)).isEqualTo(new LayerRange(0, 28));
  }

  @Test
  void anOffsetMovesLayers() {
    Layout flat = Layout.of(1, 1, 4).withOffset(List.of(List.of(-1, -1, 1, 1)));
    assertThat(flat.layers(0, 0, 64)).isEqualTo(new LayerRange(0, 15));
    assertThat(flat.layers(2, 0, 64)).isEqualTo(new LayerRange(30, 17));
    assertThat(flat.layers(3, 0, 64)).isEqualTo(new LayerRange(47, 17));
    Layout virtual =
        Layout.of(1, 1, 2).withVirtualStages(2).withOffset(List.of(List.of(0, 1), List.of(2, -1)));
    assertThat(virtual.layers(0, 0, 10)).isEqualTo(new LayerRange(0, 2));
    assertThat(virtual.layers(1, 0, 10)).isEqualTo(new LayerRange(2, 3));
    assertThat(virtual.layers(0, 1, 10)).isEqualTo(new LayerRange(5, 4));
    assertThat(virtual.layers(1, 1, 10)).isEqualTo(new LayerRange(9, 1));
  }

  @Test
  void layersThatCannotBeShared() {
    assertThatThrownBy(() -> Layout.of(1, 1, 3).layers(0, 0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 layers cannot fill 3 pipeline stages");
    assertThatThrownBy(() -> Layout.of(1, 1, 3).layers(0, 1, 28))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no chunk 1");
  }

  @Property
  void layersAreSharedInOrderAndEvenly(
      @ForAll @IntRange(min = 1, max = 8) int pp,
      @ForAll @IntRange(min = 1, max = 4) int virtual,
      @ForAll @IntRange(max = 40) int more) {
    int layers = pp * virtual + more;
    Layout layout = Layout.of(1, 1, pp).withVirtualStages(virtual);
    int next = 0;
    for (int chunk = 0; chunk < virtual; chunk++) {
      for (int stage = 0; stage < pp; stage++) {
        LayerRange range = layout.layers(stage, chunk, layers);
        assertThat(range.first()).isEqualTo(next);
        assertThat(range.count()).isBetween(layers / (pp * virtual), layers / (pp * virtual) + 1);
        next = range.end();
      }
    }
    assertThat(next).isEqualTo(layers);
  }

  @Test
  void describesItself() {
    assertThat(Layout.of(2, 2, 2)).hasToString("dp 2 x tp 2 x pp 2 (8 ranks)");
    assertThat(Layout.single()).hasToString("dp 1 x tp 1 x pp 1 (1 rank)");
    assertThat(
            Layout.of(1, 2, 2)
                .withVirtualStages(2)
                .withMicroBatches(8)
                .withOffset(List.of(List.of(0, 1), List.of(1, 0)))
                .withSequenceParallel(true)
                .withShardedOptimizer(true))
        .hasToString(
            "dp 1 x tp 2 x pp 2 (4 ranks), 2 virtual stages, 8 micro batches,"
                + " offset [[0, 1], [1, 0]], sequence parallel, sharded optimizer");
  }
}
