// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.parallel.Layout;
import dev.loam.train.config.DataSkip;
import dev.loam.train.config.HealthConfig;
import dev.loam.train.config.HealthConfig.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a training when numbers go wrong; nothing of it may stay in its state. */
class HealthTest {
  private static final Layout TWO = Layout.of(2, 1, 1).withShardedOptimizer(true);
  private static final int NEVER = 0;

  @TempDir private Path folder;

  static Stream<Layout> layouts() {
    return Stream.of(Layout.single(), TWO);
  }

  private HealthRun run(Layout layout, String name) {
    return HealthRun.of(layout, folder.resolve(name));
  }

  private static UnaryOperator<TrainerBuilder> nonFinite(Policy policy) {
    return nonFinite(policy, 10);
  }

  private static UnaryOperator<TrainerBuilder> nonFinite(Policy policy, int most) {
    return trainer -> trainer.optHealth(new HealthConfig(policy, Policy.PASS, most), 1);
  }

  private static UnaryOperator<TrainerBuilder> spike(Policy policy, double threshold) {
    return trainer -> trainer.optHealth(new HealthConfig(Policy.STOP, policy, 10), threshold);
  }

  private static UnaryOperator<DataLoader> bad(Poison.Part part, boolean once, Long... steps) {
    return batches -> Poison.of(batches, part, once, steps);
  }

  private static UnaryOperator<DataLoader> badGradients(Long... steps) {
    return bad(Poison.Part.GRADIENT, false, steps);
  }

  private static void requireSame(HealthRun actual, HealthRun expected) {
    assertThat(actual.lines()).isEqualTo(expected.lines());
    requireSameWeights(actual, expected);
  }

  private static void requireSameWeights(HealthRun actual, HealthRun expected) {
    expected
        .weights()
        .forEach((name, was) -> assertThat(actual.weights().get(name)).containsExactly(was));
  }

  /** As if the batches were not there: the rate is constant, and updates are counted on. */
  @ParameterizedTest
  @MethodSource("layouts")
  void leavesABatchOut(Layout layout) {
    HealthRun skipped = run(layout, "a").train(badGradients(2L, 5L), NEVER, nonFinite(Policy.SKIP));
    assertThat(skipped.told()).hasSize(12);
    assertThat(skipped.told().stream().filter(StepMetrics::isSkipped).map(StepMetrics::step))
        .containsExactly(3L, 6L);
    assertThat(skipped.told().get(2).outcome()).isEqualTo(StepMetrics.Outcome.SKIPPED_NOT_FINITE);
    assertThat(skipped.told().get(2).gradientNorm()).isNaN();
    assertThat(skipped.told().get(11).consumedSamples()).isEqualTo(48);
    HealthRun without =
        run(layout, "b")
            .train(batches -> batches, NEVER, trainer -> trainer.optDataSkip(DataSkip.NONE));
    assertThat(skipped.lines().subList(0, 2)).isEqualTo(without.lines().subList(0, 2));
    assertThat(skipped.lines().get(11)).isNotEqualTo(without.lines().get(11));
    try (Checkpoint end = Checkpoint.open(skipped.checkpoints().newest().orElseThrow())) {
      assertThat(end.state()).containsEntry("step", "12").containsEntry("left_out", "2");
    }
  }

  @Test
  void aRunThatLeavesBatchesOutCanStopAndGoOn() {
    UnaryOperator<DataLoader> poison = badGradients(2L, 3L, 5L);
    HealthRun whole = run(TWO, "a").train(poison, NEVER, nonFinite(Policy.SKIP));
    HealthRun stopped =
        run(TWO, "b")
            .train(
                poison, NEVER, trainer -> nonFinite(Policy.SKIP).apply(trainer).optTotalSteps(4));
    Path saved = stopped.checkpoints().newest().orElseThrow();
    HealthRun rest =
        run(TWO, "c")
            .train(
                poison, NEVER, trainer -> nonFinite(Policy.SKIP).apply(trainer).optResume(saved));
    assertThat(rest.lines()).isEqualTo(whole.lines().subList(4, 12));
    requireSameWeights(rest, whole);
    // Two bad ones before the stop and one after it are not three in a row; step 5 is between.
    HealthRun ends = run(TWO, "d");
    assertThatThrownBy(
            () ->
                ends.train(
                    badGradients(2L, 3L, 4L),
                    NEVER,
                    trainer -> nonFinite(Policy.SKIP, 3).apply(trainer).optResume(saved)))
        .hasMessageContaining("step 5: the gradient norm is NaN, and 3 steps in a row were bad");
  }

  @Test
  void stopsWithTheStateBeforeTheStep() {
    HealthRun whole = run(TWO, "a").train(batches -> batches, NEVER, trainer -> trainer);
    HealthRun failed = run(TWO, "b");
    assertThatThrownBy(() -> failed.train(badGradients(4L), NEVER, nonFinite(Policy.STOP)))
        .hasMessageContaining("step 5: the gradient norm is NaN");
    Path saved = failed.checkpoints().newest().orElseThrow();
    assertThat(CheckpointFolder.stepOf(saved)).hasValue(4);
    HealthRun rest =
        run(TWO, "c").train(batches -> batches, NEVER, trainer -> trainer.optResume(saved));
    assertThat(rest.lines()).isEqualTo(whole.lines().subList(4, 12));
  }

  /** The gradient is bad each time; from the checkpoint on the step is left out. */
  @ParameterizedTest
  @MethodSource("layouts")
  void rollsBackAndLeavesTheBatchOut(Layout layout) {
    HealthRun skipped = run(layout, "a").train(badGradients(6L), NEVER, nonFinite(Policy.SKIP));
    HealthRun back = run(layout, "b").train(badGradients(6L), 4, nonFinite(Policy.ROLL_BACK));
    assertThat(back.rolledBack()).containsExactly("7 -> 4");
    assertThat(back.saved()).containsExactly(4L, 8L, 12L);
    requireSame(back, skipped);
  }

  /**
   * A weight or a moment is spoiled in the update of step 6, of one replica. Step 7 tells, step 6
   * is not saved, and what comes after the roll back is sound.
   */
  @ParameterizedTest
  @CsvSource({"MOMENT, false", "WEIGHT, true"})
  void rollsBackToASoundState(Poison.Part part, boolean two) {
    Layout layout = two ? TWO : Layout.single();
    HealthRun back = run(layout, "a").train(bad(part, true, 5L), 2, nonFinite(Policy.ROLL_BACK));
    assertThat(back.rolledBack()).containsExactly("7 -> 4");
    assertThat(back.saved()).containsExactly(2L, 4L, 6L, 8L, 10L, 12L);
    // Without the poison, step 7 is fine, but known to be one that was not.
    assertThat(back.told().get(6).outcome()).isEqualTo(StepMetrics.Outcome.SKIPPED_NOT_FINITE);
    assertThat(back.told()).extracting(StepMetrics::loss).allMatch(Double::isFinite);
    HealthRun skipped = run(layout, "b").train(badGradients(6L), NEVER, nonFinite(Policy.SKIP));
    requireSameWeights(back, skipped);
  }

  @Test
  void aRollBackThatIsStoppedGoesOn() {
    UnaryOperator<TrainerBuilder> health = nonFinite(Policy.ROLL_BACK);
    HealthRun whole = run(Layout.single(), "a").train(badGradients(6L, 7L), 4, health);
    assertThat(whole.rolledBack()).containsExactly("7 -> 4", "8 -> 4");
    for (int step : new int[] {5, 7}) {
      // Stopped after the roll back, between the checkpoint and the step to be left out, or later.
      StopRequest stop = new StopRequest();
      HealthRun start = run(Layout.single(), "b" + step);
      TrainingListener stopping =
          new TrainingListener() {
            @Override
            public void onStep(StepMetrics metrics) {
              if (metrics.step() == step && !start.rolledBack().isEmpty()) {
                stop.request();
              }
            }
          };
      start.train(
          badGradients(6L, 7L),
          4,
          trainer -> health.apply(trainer).addListener(stopping).optStopRequest(stop));
      Path saved = start.checkpoints().newest().orElseThrow();
      HealthRun rest =
          run(Layout.single(), "c" + step)
              .train(
                  badGradients(6L, 7L), NEVER, trainer -> health.apply(trainer).optResume(saved));
      assertThat(start.told().size() + rest.told().size()).isEqualTo(12);
      assertThat(rest.lines()).isEqualTo(whole.lines().subList(start.told().size(), 12));
      requireSameWeights(rest, whole);
    }
  }

  @Test
  void withoutACheckpointThereIsNoWayBack() {
    HealthRun failed = run(Layout.single(), "a");
    assertThatThrownBy(() -> failed.train(badGradients(2L), NEVER, nonFinite(Policy.ROLL_BACK)))
        .hasMessageContaining(
            "step 3 is bad, and there is no checkpoint to roll back to; save some with"
                + " save_checkpoint_steps");
  }

  /** Of which nothing is saved. */
  @Test
  void aLastStateThatIsNotFiniteIsAFailure() {
    HealthRun failed = run(Layout.single(), "a");
    assertThatThrownBy(
            () -> failed.train(bad(Poison.Part.MOMENT, false, 11L), NEVER, nonFinite(Policy.SKIP)))
        .hasMessageContaining("after step 12 weights or moments are not finite");
    assertThat(failed.checkpoints().newest()).isEmpty();
  }

  @Test
  void whatPassesPasses() {
    HealthRun passed =
        run(Layout.single(), "a").train(badGradients(3L), NEVER, nonFinite(Policy.PASS));
    assertThat(passed.told()).hasSize(12).noneMatch(StepMetrics::isSkipped);
    assertThat(passed.told().get(4).loss()).isNaN();
  }

  /** The largest norm of a run is a spike, at or above a threshold that no other step reaches. */
  @Test
  void aSpikeStopsOnceAndPassesWhenTheRunGoesOn() throws IOException {
    HealthRun whole = run(TWO, "a").train(batches -> batches, NEVER, trainer -> trainer);
    StepMetrics largest =
        whole.told().stream()
            .max(Comparator.comparingDouble(StepMetrics::gradientNorm))
            .orElseThrow();
    Path file = folder.resolve(AbnormalNorms.FILE);
    UnaryOperator<TrainerBuilder> stop =
        trainer -> spike(Policy.STOP, largest.gradientNorm()).apply(trainer).optAbnormalNorms(file);
    HealthRun stopped = run(TWO, "b");
    assertThatThrownBy(() -> stopped.train(batches -> batches, 1, stop))
        .hasMessageContainingAll(
            "step " + largest.step() + ": the gradient norm is " + largest.gradientNorm(),
            "noted in " + file);
    assertThat(Files.readString(file))
        .isEqualTo("{\"" + largest.step() + "\":[" + largest.gradientNorm() + "]}");
    Optional<Path> saved = stopped.checkpoints().newest();
    HealthRun rest =
        run(TWO, "c")
            .train(
                batches -> batches,
                NEVER,
                trainer -> {
                  TrainerBuilder again = stop.apply(trainer);
                  return saved.isPresent() ? again.optResume(saved.get()) : again;
                });
    assertThat(rest.lines()).isEqualTo(whole.lines().subList((int) largest.step() - 1, 12));
    HealthRun skipped =
        run(TWO, "d").train(batches -> batches, NEVER, spike(Policy.SKIP, largest.gradientNorm()));
    assertThat(skipped.told().get((int) largest.step() - 1).outcome())
        .isEqualTo(StepMetrics.Outcome.SKIPPED_SPIKE);
  }

  @Test
  void dataMayBeginElsewhere() {
    HealthRun start =
        run(Layout.single(), "a").train(batches -> batches, NEVER, t -> t.optTotalSteps(4));
    Path saved = start.checkpoints().newest().orElseThrow();
    assertThat(places(trainer -> trainer.optResume(saved))).startsWith(4L, 5L, 6L);
    assertThat(
            places(
                trainer ->
                    trainer.optResume(saved).optDataSkip(new DataSkip(true, Optional.empty()))))
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    DataSkip two = new DataSkip(false, Optional.of(2L));
    assertThat(places(trainer -> trainer.optResume(saved).optDataSkip(two)))
        .containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(places(trainer -> trainer.optDataSkip(two).optTotalSteps(3)))
        .containsExactly(2L, 3L, 4L);
  }

  /** Which steps of the data the steps of a run take. */
  private List<Long> places(UnaryOperator<TrainerBuilder> change) {
    List<Poison> made = new ArrayList<>();
    HealthRun unused =
        run(Layout.single(), "places")
            .train(
                batches -> {
                  made.add(Poison.of(batches, Poison.Part.GRADIENT, true));
                  return made.get(0);
                },
                NEVER,
                change);
    return made.get(0).asked();
  }
}
