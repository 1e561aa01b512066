// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All ranks together save each element of weights and moments once, about equally much. */
class RankShareTest {
  private static final List<String> STATES = List.of("adam_m", "adam_v");

  /** Elements of each rank's pieces, in words. */
  private record Share(List<String> boxes, long bytes) {}

  private static Qwen3Config config(boolean tied) {
    return new Qwen3Config(
        1024, 128, 384, 4, 4, 4, 32, 64, 1e4, 1e-6, 0.1, tied, SpecialTokens.none());
  }

  static Stream<Layout> layouts() {
    return Stream.of(
        Layout.single(),
        Layout.of(2, 1, 1),
        Layout.of(2, 1, 1).withShardedOptimizer(true),
        Layout.of(3, 1, 1),
        Layout.of(1, 4, 1),
        Layout.of(1, 1, 4),
        Layout.of(2, 2, 2),
        Layout.of(2, 2, 2).withShardedOptimizer(true),
        Layout.of(2, 2, 2).withShardedOptimizer(true).withSequenceParallel(true),
        Layout.of(1, 2, 4).withSequenceParallel(true),
        Layout.of(4, 2, 1).withShardedOptimizer(true),
        Layout.of(2, 1, 2).withVirtualStages(2));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void eachElementOnceAndBalanced(Layout layout) {
    // Tied and untied in turns.
    Qwen3Config config = config(layout.worldSize() % 4 == 0);
    List<Share> shares = shares(config, layout);
    requireEachOnce(config, shares);
    requireBalanced(layout, shares);
  }

  private static List<Share> shares(Qwen3Config config, Layout layout) {
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        leases.add(Engine.named("torch").lease(1));
      }
      return ThreadRanks.run(
          leases,
          Duration.ofSeconds(60),
          (world, lease) -> share(lease, config, new RankGroups(world, layout)));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static Share share(ComputeLease lease, Qwen3Config config, RankGroups groups) {
    try (Qwen3Model model = Qwen3Model.share(lease, config, 4, groups);
        Arena arena = lease.newArena(Device.cpu())) {
      Optional<Weight> shared =
          model.parts().stream().flatMap(part -> part.sharedWeight().stream()).findFirst();
      Gradients gradients = new Gradients(arena, model.weights());
      GradientReduction reduction =
          new GradientReduction(lease.kernels(), gradients, groups, shared, 100_000);
      List<OptimizerState> states =
          reduction.owned().stream()
              .flatMap(
                  piece ->
                      STATES.stream()
                          .map(name -> new OptimizerState(name, piece, piece.gradient())))
              .toList();
      RankShare share = new RankShare(model);
      List<TensorPiece> pieces = new ArrayList<>(share.weights());
      pieces.addAll(share.states(states));
      long bytes = pieces.stream().mapToLong(TensorPiece::bytes).sum();
      List<String> boxes = new ArrayList<>();
      for (TensorPiece piece : pieces) {
        Slice slice = piece.slice();
        boxes.add(piece.name() + " " + numbers(slice) + "\n");
      }
      return new Share(boxes, bytes);
    }
  }

  /** Start and size along each of two dimensions. */
  private static String numbers(Slice slice) {
    boolean vector = slice.shape().rank() == 1;
    long columns = vector ? 1 : slice.shape().size(1);
    long column = vector ? 0 : slice.start().size(1);
    return slice.start().size(0) + " " + column + " " + slice.shape().size(0) + " " + columns;
  }

  private static void requireEachOnce(Qwen3Config config, List<Share> shares) {
    Map<String, int[]> counts = new HashMap<>();
    Map<String, Integer> widths = new HashMap<>();
    for (ParameterCatalog.Entry entry : new ParameterCatalog(config).entries()) {
      int width = entry.shape().rank() == 1 ? 1 : (int) entry.shape().size(1);
      for (String prefix : List.of("", STATES.get(0) + ".", STATES.get(1) + ".")) {
        counts.put(prefix + entry.name(), new int[(int) entry.shape().elements()]);
        widths.put(prefix + entry.name(), width);
      }
    }
    for (Share share : shares) {
      for (String text : share.boxes()) {
        String[] words = text.strip().split(" ", -1);
        int[] count = counts.getOrDefault(words[0], new int[0]);
        int width = widths.getOrDefault(words[0], 0);
        int row = Integer.parseInt(words[1]);
        int column = Integer.parseInt(words[2]);
        for (int r = 0; r < Integer.parseInt(words[3]); r++) {
          for (int c = 0; c < Integer.parseInt(words[4]); c++) {
            count[(row + r) * width + column + c]++;
          }
        }
      }
    }
    counts.forEach((name, count) -> assertThat(count).as(name).containsOnly(1));
  }

  private static void requireBalanced(Layout layout, List<Share> shares) {
    for (int stage = 0; stage < layout.pipelineStages(); stage++) {
      int ranks = layout.worldSize() / layout.pipelineStages();
      List<Share> ofStage = shares.subList(stage * ranks, (stage + 1) * ranks);
      double mean = ofStage.stream().mapToLong(Share::bytes).average().orElseThrow();
      for (Share share : ofStage) {
        assertThat(share.bytes()).isLessThan((long) (1.2 * mean));
      }
    }
  }
}
