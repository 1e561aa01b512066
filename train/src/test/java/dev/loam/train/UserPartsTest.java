// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Optimizer, schedule, loader and listener that are not Loam's own; the loader is {@link
 * RandomRows}.
 */
class UserPartsTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(30, 16, 24, 2, 4, 2, 8, 16, 1e4, 1e-6, 0.1, true, SpecialTokens.none());
  private static final int STOPPED = 5;
  private static final int LAST = 12;

  @TempDir private Path folder;

  static Stream<Layout> layouts() {
    return Stream.of(Layout.single(), Layout.of(2, 1, 1).withShardedOptimizer(true));
  }

  private static TrainerBuilder own(TrainerBuilder trainer) {
    return trainer
        .setSchedule(step -> 0.1 / (1 + step))
        .optOptimizer(MomentumSgd::of)
        .optTotalSteps(LAST);
  }

  private LayoutRun.Result run(Layout layout, UnaryOperator<TrainerBuilder> change) {
    return LayoutRun.of(CONFIG, layout).withMicroBatches(2, 1).run(folder.resolve("model"), change);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void trainStopAndGoOn(Layout layout) {
    CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoints"));
    LayoutRun.Result whole = run(layout, UserPartsTest::own);
    LayoutRun.Result start =
        run(
            layout,
            trainer ->
                own(trainer)
                    .optTotalSteps(STOPPED)
                    .optCheckpoints(checkpoints, CheckpointPolicy.DEFAULT));
    Path saved = checkpoints.newest().orElseThrow();
    LayoutRun.Result rest = run(layout, trainer -> own(trainer).optResume(saved));
    assertThat(start.steps()).hasSize(STOPPED);
    assertThat(rest.steps()).hasSize(LAST - STOPPED);
    for (int i = 0; i < rest.steps().size(); i++) {
      StepMetrics is = rest.steps().get(i);
      StepMetrics was = whole.steps().get(STOPPED + i);
      assertThat(is.loss()).isEqualTo(was.loss());
      assertThat(is.gradientNorm()).isEqualTo(was.gradientNorm());
      assertThat(is.lr()).isEqualTo(was.lr()).isEqualTo(0.1 / is.step());
    }
    requireSame(rest.weights(), whole.weights());
    assertThat(whole.weights().get("model.norm.weight")).doesNotContain(1f);
    try (Checkpoint checkpoint = Checkpoint.open(saved)) {
      assertThat(checkpoint.moments())
          .hasSameSizeAs(checkpoint.weights())
          .allMatch(name -> name.startsWith("velocity.model."));
    }
    assertThatThrownBy(() -> run(layout, trainer -> trainer.optResume(saved)))
        .hasMessageContainingAll("has no adam_m.");
  }

  /** Of a matrix that is stored with another, too, and where replicas share the optimizer. */
  @ParameterizedTest
  @MethodSource("layouts")
  void groupsHaveTheirOwnRateAndDecay(Layout layout) {
    AdamWOptions adamW =
        new AdamWOptions(0.9, 0.95, 1e-8, 0.1)
            .withGroup(name -> name.endsWith("k_proj.weight"), 0, 0)
            .withGroup(name -> name.endsWith("norm.weight"), 0.5, 1);
    LayoutRun.Result plain = run(layout, trainer -> trainer.optTotalSteps(2));
    LayoutRun.Result grouped = run(layout, trainer -> trainer.optTotalSteps(2).optOptimizer(adamW));
    Map<String, float[]> initial = LayoutRun.initialWeights(CONFIG);
    grouped
        .weights()
        .forEach(
            (name, is) -> {
              boolean still = Arrays.equals(is, initial.get(name));
              assertThat(still).as(name).isEqualTo(name.endsWith("k_proj.weight"));
              boolean decayed = !Arrays.equals(is, plain.weights().get(name));
              assertThat(decayed || !name.endsWith("norm.weight")).as(name).isTrue();
            });
  }

  /** One call for all matrices, or one for each: the same bits. */
  @Test
  void groupsThatAskForWhatIsDoneAnywayChangeNothing() {
    AdamWOptions adamW =
        new AdamWOptions(0.9, 0.95, 1e-8, 0.1)
            .withGroup(name -> name.endsWith("up_proj.weight"), 0.1, 1);
    Layout layout = Layout.single();
    requireSame(
        run(layout, trainer -> trainer.optOptimizer(adamW)).weights(),
        run(layout, trainer -> trainer).weights());
  }

  private static void requireSame(Map<String, float[]> actual, Map<String, float[]> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, was) -> assertThat(actual.get(name)).as(name).containsExactly(was));
  }
}
