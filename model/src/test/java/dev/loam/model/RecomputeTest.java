// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.testkit.TestData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recomputed layers give the same bits in less memory. */
class RecomputeTest {
  private static final int LAYERS = 5;
  private static final int ALL = Integer.MAX_VALUE;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, TestData.full() ? 200 : 5);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void gradientsOfRandomModelsHaveTheSameBits(long seed) {
    TinyCase tiny = TinyCase.of(seed);
    Passes.Result kept = train(tiny, 0);
    for (int count = 1; count <= tiny.config().layers(); count++) {
      requireSame(train(tiny, count).gradients(), kept.gradients(), tiny + " " + count);
    }
    Passes.Result all = train(tiny, ALL);
    assertThat(all.loss()).isEqualTo(kept.loss());
    requireSame(all.gradients(), kept.gradients(), tiny + " all");
  }

  private static Passes.Result train(TinyCase tiny, int recomputed) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = model(lease, tiny.config(), tiny.chunkRows(), recomputed)) {
      tiny.fill(model);
      return new Passes(model).train(tiny.batches());
    }
  }

  private static Qwen3Model model(
      ComputeLease lease, Qwen3Config config, int chunkRows, int recomputed) {
    return Qwen3Model.share(lease, config, chunkRows, RankGroups.single(), recomputed);
  }

  static Stream<Layout> layouts() {
    return Stream.of(
        Layout.of(2, 1, 1),
        Layout.of(1, 2, 1),
        Layout.of(1, 2, 1).withSequenceParallel(true),
        Layout.of(1, 1, 2),
        Layout.of(1, 1, 2).withVirtualStages(2),
        Layout.of(1, 2, 2).withVirtualStages(2).withSequenceParallel(true),
        Layout.of(2, 2, 2).withSequenceParallel(true));
  }

  /** One layer of each stage, three, which reach into its second run of layers, and all. */
  @ParameterizedTest
  @MethodSource("layouts")
  void ranksHaveTheSameBits(Layout layout) {
    boolean[] both = {true, false};
    boolean[] one = {layout.worldSize() == 2};
    for (boolean tied : TestData.full() ? both : one) {
      SpreadModel spread =
          new SpreadModel("torch", layout, false, config(tied), 3, model -> model.initialize(5));
      List<MicroBatch> batches = batches();
      GoldenModel.Result kept = spread.run(batches);
      for (int count : new int[] {1, 3, ALL}) {
        GoldenModel.Result rebuilt = spread.recomputing(count).run(batches);
        assertThat(rebuilt.loss()).isEqualTo(kept.loss());
        assertThat(rebuilt.logits()).isEqualTo(kept.logits());
        requireSame(rebuilt.gradients(), kept.gradients(), layout + " " + count);
      }
    }
  }

  private static Qwen3Config config(boolean tied) {
    return new Qwen3Config(
        23, 16, 24, LAYERS, 4, 2, 8, 40, 1e4, 1e-6, 0.1, tied, SpecialTokens.none());
  }

  private static List<MicroBatch> batches() {
    SplittableRandom random = new SplittableRandom(3);
    return Stream.generate(() -> TinyCase.batch(random, 23, 2)).limit(4).toList();
  }

  private static void requireSame(
      Map<String, double[]> actual, Map<String, double[]> expected, String what) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, gradient) -> assertThat(actual.get(name)).as(what + " " + name).isEqualTo(gradient));
  }

  /** What a layer keeps goes, its input stays; all recomputed layers share what one had. */
  @Test
  void activationsShrinkByWhatALayerKeeps() {
    int tokens = 12;
    Qwen3Config config = config(true);
    long perToken =
        2L * config.heads() * config.headSize()
            + 2L * config.keyValueHeads() * config.headSize()
            + 2L * config.intermediateSize()
            + config.hiddenSize()
            + 2L * config.heads()
            + config.keyValueHeads()
            + 2;
    List<Long> bytes = new ArrayList<>();
    try (ComputeLease lease = Engine.named("torch").lease(1)) {
      for (int count : new int[] {0, 1, 2, LAYERS, ALL}) {
        try (Arena arena = lease.newArena(Device.cpu());
            Qwen3Model model = model(lease, config, 3, count)) {
          Object unused = model.part().newActivations(arena, tokens);
          bytes.add(arena.allocatedBytes());
        }
      }
    }
    long layer = perToken * tokens * Float.BYTES;
    assertThat(bytes.stream().map(b -> bytes.get(0) - b))
        .containsExactly(0L, layer, 2 * layer, LAYERS * layer, LAYERS * layer);
  }
}
