// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.Storage;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.Parameter;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(30, 16, 24, 2, 4, 2, 8, 16, 1e4, 1e-6, 0.1, true, SpecialTokens.none());

  private final ComputeLease lease = Engine.named("torch").lease(1);
  private final List<StepMetrics> steps = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();

  @AfterEach
  void giveBack() {
    lease.close();
  }

  private Qwen3Model model() {
    Qwen3Model model = Qwen3Model.allocate(lease, CONFIG, 8);
    model.initialize(1);
    return model;
  }

  private TrainerBuilder trainer(Qwen3Model model, DataLoader batches) {
    return Trainer.builder(model, batches)
        .setSchedule(new LrSchedule.Constant(1e-2, new LrSchedule.WarmUp(0, 0)))
        .addListener(listener("first", steps::add));
  }

  private TrainingListener listener(String name, Consumer<StepMetrics> onStep) {
    return new TrainingListener() {
      @Override
      public void onStep(StepMetrics metrics) {
        onStep.accept(metrics);
      }

      @Override
      public void close() {
        closed.add(name);
      }
    };
  }

  private static List<double[]> weights(Qwen3Model model) {
    return model.parameters().values().stream().map(p -> p.value().toDoubles()).toList();
  }

  private static void same(List<double[]> actual, List<double[]> expected) {
    assertThat(actual.toArray()).isEqualTo(expected.toArray());
  }

  @Test
  void learnsARepeatedBatch() {
    try (Qwen3Model model = model()) {
      trainer(model, new RandomRows(4, 1, 1)).optTotalSteps(60).build().train();
    }
    assertThat(steps).hasSize(60);
    assertThat(steps.get(0).loss()).isCloseTo(Math.log(30), within(0.3));
    assertThat(steps.get(59).loss()).isLessThan(0.5);
    StepMetrics last = steps.get(59);
    assertThat(last.step()).isEqualTo(60);
    assertThat(last.totalSteps()).isEqualTo(60);
    assertThat(last.tokens()).isEqualTo(4 * RandomRows.LENGTH);
    assertThat(last.samples()).isEqualTo(4);
    assertThat(last.consumedSamples()).isEqualTo(240);
  }

  @Test
  void everyStepKnowsItsPlaceInThePasses() {
    try (Qwen3Model model = model()) {
      trainer(model, new RandomRows(2, 2, 3)).optTotalSteps(7).build().train();
    }
    assertThat(steps)
        .extracting(StepMetrics::epoch)
        .containsExactly(
            new EpochStep(1, 3, 1, 3),
            new EpochStep(1, 3, 2, 3),
            new EpochStep(1, 3, 3, 3),
            new EpochStep(2, 3, 1, 3),
            new EpochStep(2, 3, 2, 3),
            new EpochStep(2, 3, 3, 3),
            new EpochStep(3, 3, 1, 3));
  }

  @Test
  void theSameRunTwiceIsBitIdentical() {
    List<List<double[]>> ends = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (Qwen3Model model = model()) {
        trainer(model, new RandomRows(2, 2, 5)).optTotalSteps(10).build().train();
        ends.add(weights(model));
      }
    }
    same(ends.get(1), ends.get(0));
    for (int i = 0; i < 10; i++) {
      assertThat(steps.get(10 + i).loss()).isEqualTo(steps.get(i).loss());
      assertThat(steps.get(10 + i).gradientNorm()).isEqualTo(steps.get(i).gradientNorm());
    }
  }

  /** Each on a lease of its own, at the same time, told of by listeners of its own. */
  @Test
  @Timeout(60)
  void trainersBesideEachOtherShareNothing() {
    try (Qwen3Model model = model()) {
      trainer(model, new RandomRows(2, 2, 5)).optTotalSteps(10).build().train();
      List<List<double[]>> ends =
          IntStream.range(0, 3).parallel().mapToObj(i -> weightsOfOneBesideOthers()).toList();
      ends.forEach(end -> same(end, weights(model)));
    }
    assertThat(steps).hasSize(10);
  }

  private static List<double[]> weightsOfOneBesideOthers() {
    try (ComputeLease own = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.allocate(own, CONFIG, 8)) {
      model.initialize(1);
      StepMetrics last =
          Trainer.builder(model, new RandomRows(2, 2, 5))
              .setSchedule(new LrSchedule.Constant(1e-2, new LrSchedule.WarmUp(0, 0)))
              .optTotalSteps(10)
              .build()
              .train();
      assertThat(last.step()).isEqualTo(10);
      return weights(model);
    }
  }

  /** Four micro batches of one row, or one of four: measured up to 5e-8 in losses and norms. */
  @Test
  void accumulationIsTheSameBatch() {
    for (int accumulation : new int[] {4, 1}) {
      try (Qwen3Model model = model()) {
        trainer(model, new RandomRows(4 / accumulation, accumulation, 5))
            .setSchedule(new LrSchedule.Constant(1e-3, new LrSchedule.WarmUp(0, 0)))
            .build()
            .train();
      }
    }
    for (int i = 0; i < 5; i++) {
      assertThat(steps.get(5 + i).loss()).isCloseTo(steps.get(i).loss(), within(1e-6));
      assertThat(steps.get(5 + i).gradientNorm())
          .isCloseTo(steps.get(i).gradientNorm(), within(1e-6));
      assertThat(steps.get(5 + i).consumedSamples()).isEqualTo(steps.get(i).consumedSamples());
    }
  }

  @Test
  void theFirstStepReadsTheRateAtTheOffset() {
    for (int offset = 0; offset < 2; offset++) {
      try (Qwen3Model model = model()) {
        trainer(model, new RandomRows(1, 1, 3))
            .setSchedule(new LrSchedule.Constant(1.0 / 128, new LrSchedule.WarmUp(4, 0)))
            .optStepOffset(offset)
            .build()
            .train();
      }
    }
    assertThat(steps)
        .extracting(StepMetrics::lr)
        .containsExactly(0.0, 1.0 / 512, 2.0 / 512, 1.0 / 512, 2.0 / 512, 3.0 / 512);
  }

  /** 24 of 80 samples in batches of four, the rest in batches of eight. */
  @Test
  void anotherBatchSizeGoesOnAtTheSameShareOfTheScheduleAndCountsStepsOn(@TempDir Path folder) {
    CheckpointFolder checkpoints = new CheckpointFolder(folder, Storage.disk());
    LrSchedule schedule = new LrSchedule.Linear(1e-3, new LrSchedule.WarmUp(0, 0), 10);
    try (Qwen3Model model = model()) {
      trainer(model, new RandomRows(4, 1, 20))
          .optTotalSteps(6)
          .optCheckpoints(checkpoints, CheckpointPolicy.DEFAULT)
          .build()
          .train();
    }
    steps.clear();
    try (Qwen3Model model = model()) {
      trainer(model, new RandomRows(8, 1, 10))
          .setSchedule(schedule)
          .optResume(checkpoints.newest().orElseThrow())
          .optCheckpoints(checkpoints, CheckpointPolicy.DEFAULT)
          .build()
          .train();
    }
    assertThat(steps).extracting(StepMetrics::step).containsExactly(7L, 8L, 9L, 10L, 11L, 12L, 13L);
    assertThat(steps)
        .extracting(StepMetrics::lr)
        .containsExactly(LongStream.range(3, 10).mapToObj(schedule::at).toArray(Double[]::new));
    StepMetrics last = steps.get(6);
    assertThat(last.consumedSamples()).isEqualTo(80);
    assertThat(last.isComplete()).isTrue();
    assertThat(checkpoints.newest()).hasValue(folder.resolve(CheckpointFolder.nameOf(13)));
  }

  private static void awaitInterrupt() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  @Test
  @Timeout(60)
  void anInterruptEndsTheRunAfterTheStep() {
    Thread caller = Thread.currentThread();
    try (Qwen3Model model = model()) {
      StepMetrics last =
          trainer(model, new RandomRows(1, 1, 1))
              .optTotalSteps(50)
              .addListener(
                  listener(
                      "second",
                      metrics -> {
                        if (metrics.step() == 3) {
                          caller.interrupt();
                          awaitInterrupt(); // passed on to the compute thread
                        }
                      }))
              .build()
              .train();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(last.step()).isEqualTo(3);
      assertThat(closed).containsExactly("first", "second");
      // The engine's thread is not interrupted for whoever uses it next.
      assertThat(lease.call(() -> Thread.currentThread().isInterrupted())).isFalse();
    }
  }

  @Test
  void aLossThatIsNotFiniteNamesTheStepAndLeavesTheWeights() {
    try (Qwen3Model model = model()) {
      List<List<double[]>> seen = new ArrayList<>();
      Trainer trainer =
          trainer(model, new RandomRows(2, 1, 5))
              .addListener(
                  listener(
                      "poison",
                      metrics -> {
                        if (metrics.step() == 2) {
                          Parameter norm =
                              model.parameters().values().stream()
                                  .filter(p -> p.name().equals("model.norm.weight"))
                                  .findFirst()
                                  .orElseThrow();
                          norm.value().rows(0, 1).set(Double.NaN);
                          seen.add(weights(model));
                        }
                      }))
              .build();
      assertThatThrownBy(trainer::train)
          .isInstanceOf(TrainingException.class)
          .hasMessageContainingAll("step 3", "the loss is NaN", "learning rate");
      same(weights(model), seen.get(0));
    }
    assertThat(steps).hasSize(2);
    assertThat(closed).containsExactly("first", "poison");
  }

  @Test
  void aBatchWithNothingToLearnIsRefused() {
    try (Qwen3Model model = model()) {
      Trainer trainer = trainer(model, new RandomRows(1, 2, 5, 2)).build();
      assertThatThrownBy(trainer::train)
          .isInstanceOf(TrainingException.class)
          .hasMessage("step 3: no token of the batch is trained on");
    }
    assertThat(steps).hasSize(2);
  }

  @Test
  void allListenersAreClosedWhateverOneThrows() {
    TrainingListener broken =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics metrics) {
            throw new IllegalStateException("on step");
          }

          @Override
          public void close() {
            throw new IllegalStateException("on close");
          }
        };
    try (Qwen3Model model = model()) {
      Trainer trainer =
          trainer(model, new RandomRows(1, 1, 5))
              .addListener(broken)
              .addListener(broken)
              .addListener(listener("last", metrics -> {}))
              .build();
      assertThatThrownBy(trainer::train)
          .hasMessage("on step")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1))
          .satisfies(e -> assertThat(e.getSuppressed()[0].getSuppressed()).hasSize(1));
    }
    assertThat(closed).containsExactly("first", "last");
  }
}
