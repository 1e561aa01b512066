// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.lora.LoraNames;
import dev.loam.tensor.Engine;
import dev.loam.testkit.GoldenTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that train adapters, with dropout: ended and gone on, and over ranks. */
class LoraRunTest {
  private static final String PET =
      "{pet_type: lora, lora_rank: 2, lora_alpha: 4, lora_dropout: 0.3, target_modules: '%s'}";
  private static final String FUSED = ".*word_embeddings|.*linear_qkv|.*linear_proj|.*linear_fc1";

  @TempDir private Path folder;
  private TinyConfig tiny;

  @BeforeEach
  void config() {
    tiny = new TinyConfig(folder);
  }

  private record Ended(List<StepMetrics> steps, GoldenTensors adapter) {}

  private Ended run(String output, String targets, Map<String, String> overrides) {
    Map<String, String> all = new HashMap<>(overrides);
    all.put("output_dir", folder.resolve(output).toString());
    all.put("model.model_config.pet_config", PET.formatted(targets));
    List<StepMetrics> steps = new ArrayList<>();
    TrainingRun run = new TrainingRun(tiny.with(all));
    StepMetrics last =
        run.runOnThreads(
            Engine.named("torch"),
            1,
            List.of(
                new TrainingListener() {
                  @Override
                  public void onStep(StepMetrics metrics) {
                    steps.add(metrics);
                  }
                }));
    return new Ended(
        steps,
        last.isComplete()
            ? new GoldenTensors(run.adapterFolder().resolve("adapter_model.safetensors"))
            : new GoldenTensors(folder.resolve("rows.safetensors")));
  }

  private static void assertSame(Ended actual, Ended truth, double limit) {
    assertThat(actual.adapter().names()).isEqualTo(truth.adapter().names());
    for (String name : truth.adapter().names()) {
      double[] expected = truth.adapter().doubles(name);
      if (limit == 0) {
        assertThat(actual.adapter().doubles(name)).as(name).isEqualTo(expected);
      } else {
        assertThat(actual.adapter().doubles(name))
            .as(name)
            .containsExactly(expected, within(limit));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {FUSED, "q_proj|v_proj|down_proj"})
  void goesOnAsIfItHadNeverStopped(String targets) {
    Ended whole = run("whole", targets, Map.of());
    Ended unused = run("parts", targets, Map.of("stop_step", "5"));
    Ended rest = run("parts", targets, Map.of("resume_training", "True"));
    assertSame(rest, whole, 0);
    for (int i = 0; i < rest.steps().size(); i++) {
      assertThat(rest.steps().get(i).loss()).isEqualTo(whole.steps().get(i + 5).loss());
    }
  }

  /**
   * Dropout draws the same numbers; sums are taken in another order: one element of the adapters
   * differed by 2.1e-7, losses by 2.2e-8.
   */
  @ParameterizedTest
  @ValueSource(strings = {FUSED, "q_proj|v_proj|down_proj"})
  void ranksTogetherAreOne(String targets) {
    String one = "{data_parallel: 1, model_parallel: 1, pipeline_stage: 1}";
    Map<String, String> spread =
        Map.of(
            "use_parallel",
            "True",
            "runner_config",
            "{batch_size: 1, epochs: 2}",
            "parallel_config",
            "{data_parallel: 2, model_parallel: 2, pipeline_stage: 2, micro_batch_num: 2}");
    Ended alone = run("one", targets, Map.of("parallel_config", one));
    Ended together = run("eight", targets, spread);
    assertThat(together.steps()).hasSameSizeAs(alone.steps());
    for (int i = 0; i < alone.steps().size(); i++) {
      assertThat(together.steps().get(i).loss())
          .isCloseTo(alone.steps().get(i).loss(), within(2e-7));
    }
    assertSame(together, alone, 5e-7);
    // A layout that is gone on with is another one.
    Ended unused = run("parts", targets, Map.of("stop_step", "5"));
    Map<String, String> resumed = new HashMap<>(spread);
    resumed.put("resume_training", "True");
    assertSame(run("parts", targets, resumed), alone, 5e-7);
  }

  @Test
  void checkpointsHaveNothingButAdapters() {
    Ended unused = run("out", FUSED, Map.of("stop_step", "2"));
    try (Checkpoint checkpoint =
        Checkpoint.open(folder.resolve("out/checkpoint/iteration_00000002"))) {
      assertThat(checkpoint.weights()).isNotEmpty().allMatch(LoraNames::isAdapter);
      assertThat(checkpoint.names()).hasSize(3 * checkpoint.weights().size());
    }
  }

  @Test
  void otherAdaptersCannotGoOn() {
    Ended unused = run("out", FUSED, Map.of("stop_step", "2"));
    assertThatThrownBy(() -> run("out", "q_proj", Map.of("resume_training", "True")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is of other adapters: has no model.layers.0.self_attn.q_proj")
        .hasMessageContaining("restore pet_config");
  }

  /** Dropout is drawn anew in each step, and not at all where there is none. */
  @Test
  void dropoutMatters() {
    Ended with = run("with", "q_proj", Map.of());
    Map<String, String> off = Map.of("model.model_config.pet_config.lora_dropout", "0");
    Ended without = run("without", "q_proj", off);
    String name = with.adapter().names().iterator().next();
    assertThat(with.adapter().doubles(name)).isNotEqualTo(without.adapter().doubles(name));
  }
}
