// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.TestData;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A training that was saved under one layout goes on under another: what is loaded is what was
 * saved, bit for bit, and ten more steps are those of the training that never stopped.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReshardTest {
  private static final int SAVED = 4;
  private static final int LAST = 14;
  private static final int SAMPLE = 4;

  private final Map<LayoutRun, Saved> saved = new HashMap<>();
  private double worstLoss;
  private double worstWeights;

  @SuppressWarnings("NullAway.Init") // set before the first test
  private Path folder;

  /** One for all tests: what one has saved the others load as well. */
  @BeforeAll
  void folder(@TempDir Path shared) {
    folder = shared;
  }

  /** A run that was saved in the middle and went on to its end. */
  private record Saved(Path checkpoint, LayoutRun.Result end) {}

  /** Saved by one, loaded by the other. */
  record Pair(LayoutRun from, LayoutRun to) {
    @Override
    public String toString() {
      return from + " -> " + to;
    }
  }

  private static List<LayoutRun> runs(boolean tied) {
    Qwen3Config config =
        new Qwen3Config(37, 32, 48, 4, 16, 8, 8, 16, 1e4, 1e-6, 0.1, tied, SpecialTokens.none());
    List<LayoutRun> runs = new ArrayList<>();
    for (int tp : new int[] {1, 2, 4}) {
      for (int pp : new int[] {1, 2, 4}) {
        for (int dp : new int[] {1, 2}) {
          for (boolean sharded : new boolean[] {false, true}) {
            Layout layout = Layout.of(dp, tp, pp).withShardedOptimizer(sharded);
            if (layout.worldSize() <= 8 && (dp > 1 || !sharded)) {
              runs.add(LayoutRun.of(config, layout));
            }
          }
        }
      }
    }
    return runs;
  }

  static Stream<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (boolean tied : new boolean[] {true, false}) {
      for (LayoutRun from : runs(tied)) {
        for (LayoutRun to : runs(tied)) {
          pairs.add(new Pair(from, to));
        }
      }
    }
    Collections.shuffle(pairs, new Random(7));
    return TestData.full() ? pairs.stream() : pairs.stream().limit(SAMPLE);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void goesOnAsIfItHadNeverStopped(Pair pair) {
    Saved before = saved.computeIfAbsent(pair.from(), this::trainAndSave);
    CheckpointFolder again = new CheckpointFolder(folder.resolve("again"));
    LayoutRun.Result after =
        pair.to()
            .run(
                folder.resolve("model"),
                trainer ->
                    trainer
                        .optResume(before.checkpoint())
                        .optTotalSteps(SAVED)
                        .optCheckpoints(again, CheckpointPolicy.DEFAULT));
    assertThat(after.steps()).isEmpty();
    requireSame(again.newest().orElseThrow(), before.checkpoint());
    again.delete(again.newest().orElseThrow());

    LayoutRun.Result end =
        pair.to()
            .run(
                folder.resolve("model"),
                trainer -> trainer.optResume(before.checkpoint()).optTotalSteps(LAST));
    requireSameEnd(pair, end, before.end());
  }

  private Saved trainAndSave(LayoutRun run) {
    CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("saved-" + saved.size()));
    LayoutRun.Result end =
        run.run(
            folder.resolve("model"),
            trainer ->
                trainer
                    .optTotalSteps(LAST)
                    .optCheckpoints(
                        checkpoints,
                        CheckpointPolicy.DEFAULT.withEverySteps(SAVED).withKeepLatest(0)));
    return new Saved(checkpoints.path().resolve(CheckpointFolder.nameOf(SAVED)), end);
  }

  private static void requireSame(Path actual, Path expected) {
    try (Checkpoint is = Checkpoint.open(actual);
        Checkpoint was = Checkpoint.open(expected)) {
      assertThat(is.step()).isEqualTo(was.step());
      assertThat(is.state()).isEqualTo(was.state());
      assertThat(is.names()).hasSameElementsAs(was.names());
      Map<String, float[]> before = tensors(was);
      tensors(is).forEach((name, x) -> assertThat(x).as(name).containsExactly(before.get(name)));
    }
  }

  private static Map<String, float[]> tensors(Checkpoint checkpoint) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      for (String name : checkpoint.names()) {
        Tensor tensor = arena.allocate(DType.F32, checkpoint.shape(name).toArray());
        checkpoint.read(name, Slice.whole(tensor.shape()), tensor);
        tensors.put(name, tensor.toFloats());
      }
    }
    return tensors;
  }

  /**
   * Bit for bit where layers are divided among as many ranks as before. Where they are not, sums
   * are taken in another order; the limits are those of {@link LayoutEqualityTest}, which says what
   * was measured, and held for all pairs.
   */
  private void requireSameEnd(Pair pair, LayoutRun.Result actual, LayoutRun.Result expected) {
    assertThat(actual.steps()).hasSize(LAST - SAVED);
    boolean exact = pair.from().layout().tensorParallel() == pair.to().layout().tensorParallel();
    for (int i = 0; i < actual.steps().size(); i++) {
      StepMetrics is = actual.steps().get(i);
      StepMetrics was = expected.steps().get(SAVED + i);
      assertThat(is.step()).isEqualTo(was.step());
      assertThat(is.consumedSamples()).isEqualTo(was.consumedSamples());
      assertThat(is.tokens()).isEqualTo(was.tokens());
      if (exact) {
        assertThat(is.loss()).as("loss of step %d", is.step()).isEqualTo(was.loss());
        assertThat(is.gradientNorm()).isEqualTo(was.gradientNorm());
      }
    }
    if (exact) {
      expected
          .weights()
          .forEach((name, was) -> assertThat(actual.weights().get(name)).containsExactly(was));
      return;
    }
    RunDistance distance = distance(actual, expected, pair);
    worstLoss = Math.max(worstLoss, distance.loss());
    worstWeights = Math.max(worstWeights, distance.weights());
    assertThat(distance.loss()).isLessThan(5e-6);
    assertThat(distance.weights()).isLessThan(1e-4);
  }

  private static RunDistance distance(
      LayoutRun.Result actual, LayoutRun.Result expected, Pair pair) {
    LayoutRun.Result late =
        new LayoutRun.Result(
            expected.steps().subList(SAVED, LAST), expected.weights(), expected.memory());
    return RunDistance.of(actual, late, LayoutRun.initialWeights(pair.to().config()));
  }

  @AfterAll
  void report(TestReporter reporter) {
    reporter.publishEntry("layouts saved", Integer.toString(saved.size()));
    reporter.publishEntry("worst loss", Double.toString(worstLoss));
    reporter.publishEntry("worst weights", Double.toString(worstWeights));
  }
}
