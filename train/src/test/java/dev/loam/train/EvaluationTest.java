// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.GreedyGenerator;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.ForwardPass;
import dev.loam.parallel.Layout;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluationTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(37, 32, 48, 4, 4, 2, 8, 40, 1e4, 1e-6, 0.1, true, SpecialTokens.none());

  @TempDir private Path folder;

  /** Five batches, the last of which is smaller; no two have as many trained tokens. */
  private record Rows(int length) implements EvaluationData {
    @Override
    public long batches() {
      return 5;
    }

    @Override
    public int maxTokens() {
      return 2 * length;
    }

    @Override
    public MicroBatch batch(long index) {
      int rows = index == 4 ? 1 : 2;
      SplittableRandom random = new SplittableRandom(index);
      long[] ids = random.longs((long) rows * length, 0, 37).toArray();
      long[] labels = random.longs((long) rows * length, 0, 37).toArray();
      Arrays.fill(labels, 0, (int) index, LossHead.IGNORED);
      long[] positions = LongStream.range(0, ids.length).map(t -> t % length).toArray();
      return new MicroBatch(ids, labels, positions, CuSeqlens.rows(rows, length));
    }

    @Override
    public void close() {}
  }

  /** What one training tells. */
  private static final class Told implements TrainingListener {
    final List<Evaluation> evaluations = new ArrayList<>();
    final List<String> texts = new ArrayList<>();

    @Override
    public void onEvaluation(Evaluation evaluation) {
      evaluations.add(evaluation);
    }

    @Override
    public void onGeneration(long step, List<Generation> generations) {
      generations.forEach(g -> texts.add(step + " " + g.prompt() + ">" + g.text()));
    }
  }

  private LayoutRun run(Layout layout) {
    return LayoutRun.of(CONFIG, layout).withMicroBatches(4, 1);
  }

  private TrainerBuilder evaluated(TrainerBuilder trainer, Told told, boolean first) {
    SamplePrompts prompts = new SamplePrompts(new Digits(), List.of("1 2 3", "30"), 6, 8);
    trainer
        .optTotalSteps(10)
        .optEvaluation(new Rows(8), EvaluationPolicy.every(4))
        .optSamples(prompts);
    return first ? trainer.addListener(told) : trainer;
  }

  private LayoutRun.Result run(Layout layout, Told told) {
    // Listeners of all ranks but one are told as well; those of the first come first.
    return run(layout)
        .run(
            folder.resolve("model"),
            trainer -> evaluated(trainer, told, trainer.model.groups().world().rank() == 0));
  }

  /**
   * The same bits as on one rank, where training has them, and 2e-7 where layers are divided:
   * losses of about 3.7 differed by 2.1e-8. Training itself is not touched.
   */
  @ParameterizedTest
  @CsvSource({"4, 1, 1, true", "2, 1, 2, false", "1, 2, 1, false", "2, 2, 2, true"})
  void isTheSameUnderEveryLayout(int dp, int tp, int pp, boolean sharded) {
    Told one = new Told();
    LayoutRun.Result alone = run(Layout.single(), one);
    Layout layout = Layout.of(dp, tp, pp).withShardedOptimizer(sharded);
    if (tp > 1) {
      layout = layout.withSequenceParallel(true);
    }
    Told told = new Told();
    LayoutRun.Result evaluated = run(layout, told);
    LayoutRun.Result plain =
        run(layout).run(folder.resolve("model"), trainer -> trainer.optTotalSteps(10));
    for (int i = 0; i < 10; i++) {
      assertThat(evaluated.steps().get(i).loss()).isEqualTo(plain.steps().get(i).loss());
    }
    plain
        .weights()
        .forEach((name, was) -> assertThat(evaluated.weights().get(name)).containsExactly(was));
    assertThat(told.evaluations).extracting(Evaluation::step).containsExactly(4L, 8L);
    for (int i = 0; i < 2; i++) {
      Evaluation is = told.evaluations.get(i);
      assertThat(is.tokens()).isEqualTo(9 * 8 - (1 + 2 + 3 + 4));
      double loss = one.evaluations.get(i).loss();
      assertThat(is.loss()).isCloseTo(loss, within(tp == 1 ? 0 : 2e-7));
    }
    assertThat(told.texts).hasSize(4).isEqualTo(one.texts);
    assertThat(alone.steps()).hasSize(10);
  }

  @Test
  void comparesBeforeWithAfter() {
    Told told = new Told();
    LayoutRun.Result unused =
        run(Layout.single())
            .run(
                folder.resolve("model"),
                trainer -> evaluated(trainer, told, true).optCompares(true));
    assertThat(told.evaluations).extracting(Evaluation::step).containsExactly(0L, 4L, 8L, 10L);
    assertThat(told.evaluations.get(3).loss()).isLessThan(told.evaluations.get(0).loss());
    assertThat(told.texts).hasSize(6).element(0).asString().startsWith("0 1 2 3>");
    assertThat(told.texts).element(5).asString().startsWith("10 30>");
  }

  /** The losses of all batches of the weights that are exported, one after the other. */
  @Test
  void isTheMeanOverAllTokens() {
    Told told = new Told();
    LayoutRun.Result unused =
        run(Layout.single())
            .run(
                folder.resolve("model"),
                trainer -> evaluated(trainer, told, true).optTotalSteps(8));
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.open(lease, folder.resolve("model"), 4)) {
      double loss =
          lease.call(
              () -> {
                try (Arena arena = lease.newArena(Device.cpu())) {
                  ForwardPass pass = new ForwardPass(lease, arena, model.part(), 16);
                  return LongStream.range(0, 5)
                      .mapToDouble(i -> pass.loss(new Rows(8).batch(i)))
                      .sum();
                }
              });
      // Added in another order.
      assertThat(told.evaluations.get(1).loss()).isCloseTo(loss / 62, within(1e-14));
      assertThat(told.evaluations.get(1).perplexity())
          .isCloseTo(Math.exp(loss / 62), within(1e-12));
      int[] written = new GreedyGenerator(model).generate(new int[] {1, 2, 3}, 6, Set.of());
      assertThat(told.texts).contains("8 1 2 3>" + new Digits().decode(written, true));
    }
  }

  /** A rate of 0 improves nothing after the first evaluation; also over a stop in between. */
  @Test
  void endsWhenNothingImproves() {
    CheckpointFolder checkpoints = new CheckpointFolder(folder.resolve("checkpoints"));
    LayoutRun run = run(Layout.of(2, 1, 1));
    LayoutRun.Result whole = run.run(folder.resolve("model"), trainer -> still(trainer));
    assertThat(whole.steps()).hasSize(8);
    LayoutRun.Result start =
        run.run(
            folder.resolve("model"),
            trainer ->
                still(trainer)
                    .optTotalSteps(5)
                    .optCheckpoints(checkpoints, CheckpointPolicy.DEFAULT));
    assertThat(start.steps()).hasSize(5);
    LayoutRun.Result rest =
        run.run(
            folder.resolve("model"),
            trainer -> still(trainer).optResume(checkpoints.newest().orElseThrow()));
    assertThat(rest.steps()).extracting(StepMetrics::step).containsExactly(6L, 7L, 8L);
  }

  private static TrainerBuilder still(TrainerBuilder trainer) {
    return trainer
        .setSchedule(step -> 0)
        .optEvaluation(new Rows(8), EvaluationPolicy.every(2).withPatience(3, 0));
  }

  /** The training rows for held-out ones, all 24 of them, and the weights of the end. */
  @Test
  void fromAConfiguration() {
    TinyConfig tiny = new TinyConfig(folder);
    String rows = folder.resolve("rows.safetensors").toString();
    Map<String, String> overrides =
        Map.of(
            "do_eval", "True",
            "eval_step_interval", "-1",
            "eval_epoch_interval", "1",
            "eval_dataset",
                "{batch_size: 5, data_loader: {type: TokenFileDataLoader, path: " + rows + "}}",
            "runner_config.epochs", "3",
            "early_stop", "{patience: 1, min_delta: 100}");
    Told told = new Told();
    StepMetrics last =
        new TrainingRun(tiny.with(overrides)).runOnThreads(Engine.named("torch"), 1, List.of(told));
    assertThat(told.evaluations).extracting(Evaluation::step).containsExactly(6L, 12L);
    assertThat(told.evaluations).extracting(Evaluation::tokens).containsOnly(24 * 7L);
    assertThat(last.isComplete()).isTrue();
    assertThat(tiny.output().resolve("model/model.safetensors")).exists();
  }

  @Test
  void aPassOverTheDataIsATimeToEvaluate() {
    DataLoader batches = new RandomRows(1, 1, 5);
    EvaluationPolicy policy = new EvaluationPolicy(0, 2, 0, 0);
    TrainingState state = TrainingState.START;
    List<Long> due = new ArrayList<>();
    for (int i = 0; i < 22; i++) {
      state = state.next(batches, 1);
      if (policy.isDue(state, batches)) {
        due.add(state.step());
      }
    }
    assertThat(due).containsExactly(10L, 20L);
  }
}
