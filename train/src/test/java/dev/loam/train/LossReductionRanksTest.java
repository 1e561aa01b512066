// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.data.Batches;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas with two micro batches of one row each, with different numbers of trained tokens,
 * against one rank: what each row's mean loss says the loss must be at first, and twenty steps of
 * micro batches that are the same by definition.
 */
class LossReductionRanksTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(37, 16, 24, 2, 4, 2, 8, 16, 1e4, 1e-6, 0.1, true, SpecialTokens.none());

  @TempDir private Path folder;

  /** Trained tokens of a row, and their mean loss before the first step. */
  private record Row(long trained, double loss) {}

  /** A row of the first step, alone on one rank. */
  private static Row row(int number) {
    ReplicaShare only = new ReplicaShare(number, 4, 1, Batches.Dealing.CONSECUTIVE);
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.allocate(lease, CONFIG, 4);
        DataLoader rows = new RandomRows(1, only, LayoutRun.STEPS, -1)) {
      model.initialize(LayoutRun.SEED);
      StepMetrics first = Trainer.builder(model, rows).optTotalSteps(1).build().train();
      return new Row(rows.step(DataCursor.START).get(0).trainedTokens(), first.loss());
    }
  }

  /** Row 2 j + d is micro batch j of replica d. */
  private final Row[] rows = {row(0), row(1), row(2), row(3)};

  private LayoutRun.Result train(Layout layout, LossReduction reduction, int count, int each) {
    return LayoutRun.of(CONFIG, layout)
        .loose()
        .withReduction(reduction)
        .withMicroBatches(count, each)
        .run(folder.resolve(count + " " + each + " " + layout.worldSize()));
  }

  private static void sameLosses(LayoutRun.Result actual, LayoutRun.Result expected) {
    List<StepMetrics> steps = expected.steps();
    for (int i = 0; i < steps.size(); i++) {
      assertThat(actual.steps().get(i).loss()).isCloseTo(steps.get(i).loss(), within(1e-6));
      assertThat(actual.steps().get(i).gradientNorm())
          .isCloseTo(steps.get(i).gradientNorm(), within(1e-5));
    }
  }

  private static double first(LayoutRun.Result result) {
    return result.steps().get(0).loss();
  }

  @Test
  void theMicroBatchesOfAllReplicasTogetherWeighTheSame() {
    LayoutRun.Result ranks = train(Layout.of(2, 1, 1), LossReduction.MICRO_MEAN, 4, 1);
    assertThat(first(ranks)).isCloseTo(microMean(), within(1e-6));
    sameLosses(ranks, train(Layout.single(), LossReduction.MICRO_MEAN, 2, 2));
  }

  @Test
  void theMicroBatchesOfEachReplicaWeighTheSame() {
    LayoutRun.Result ranks = train(Layout.of(2, 1, 2), LossReduction.RANK_MICRO_MEAN, 4, 1);
    assertThat(first(ranks)).isCloseTo(rankMicroMean(), within(1e-6));
    sameLosses(ranks, train(Layout.single(), LossReduction.MICRO_MEAN, 4, 1));
  }

  @Test
  void theReductionsDifferHere() {
    assertThat(perToken()).isNotCloseTo(microMean(), within(1e-3));
    assertThat(perToken()).isNotCloseTo(rankMicroMean(), within(1e-3));
    assertThat(microMean()).isNotCloseTo(rankMicroMean(), within(1e-3));
  }

  private double perToken() {
    return mean(0, 1, 2, 3);
  }

  private double microMean() {
    return (mean(0, 1) + mean(2, 3)) / 2;
  }

  private double rankMicroMean() {
    return (mean(0) + mean(1) + mean(2) + mean(3)) / 4;
  }

  /** Over the tokens of rows. */
  private double mean(int... numbers) {
    double sum = 0;
    long trained = 0;
    for (int number : numbers) {
      sum += rows[number].trained() * rows[number].loss();
      trained += rows[number].trained();
    }
    return sum / trained;
  }
}
