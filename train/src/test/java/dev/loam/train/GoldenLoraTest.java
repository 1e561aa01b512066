// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tensor.Engine;
import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden cases 04: ten steps of adapters that PEFT made, from YAML to the adapter in PEFT's format.
 * Limits as stated with the cases: loss 5e-5, adapters 2e-3 of the length of their update.
 */
class GoldenLoraTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "b0, 1, 1, 1, torch",
    "brand, 1, 1, 1, torch",
    "embed, 1, 1, 1, torch",
    "embed, 1, 1, 1, reference",
    "b0, 2, 2, 2, torch",
    "embed, 2, 2, 2, torch",
  })
  void trajectory(String name, int dp, int tp, int pp, String engine) throws IOException {
    Path golden = TestData.golden("04-lora-" + name);
    JsonNode meta = TestData.json(golden.resolve("meta.json"));
    String model = meta.path("model_from").asText().replace("open-", "");
    Path base = TestData.golden(model).resolve("hf");
    List<StepMetrics> steps = new ArrayList<>();
    TrainingRun run =
        new TrainingRun(
            config(
                golden,
                meta,
                base,
                "{data_parallel: %d, model_parallel: %d,".formatted(dp, tp)
                    + " pipeline_stage: %d, micro_batch_num: %d}".formatted(pp, pp)));
    StepMetrics unused = run.runOnThreads(Engine.named(engine), 1, List.of(collect(steps)));
    JsonNode truth = meta.path("results").path("steps");
    assertThat(steps).hasSize(truth.size());
    for (int i = 0; i < truth.size(); i++) {
      double norm = truth.get(i).path("grad_norm").asDouble();
      assertThat(steps.get(i).loss())
          .as("loss of step " + i)
          .isCloseTo(truth.get(i).path("loss").asDouble(), within(5e-5));
      assertThat(steps.get(i).gradientNorm())
          .as("norm of step " + i)
          .isCloseTo(norm, within(1e-4 * norm));
    }
    compare(
        new GoldenTensors(golden.resolve("adapter_init/adapter_model.safetensors")),
        new GoldenTensors(golden.resolve("adapter_final/adapter_model.safetensors")),
        new GoldenTensors(run.adapterFolder().resolve("adapter_model.safetensors")));
    assertThat(run.modelFolder()).doesNotExist();
  }

  private static void compare(GoldenTensors from, GoldenTensors to, GoldenTensors actual) {
    double error = 0;
    double update = 0;
    for (String name : actual.names()) {
      double[] before = from.doubles(name);
      double[] truth = to.doubles(name);
      double[] got = actual.doubles(name);
      for (int i = 0; i < truth.length; i++) {
        error += (got[i] - truth[i]) * (got[i] - truth[i]);
        update += (truth[i] - before[i]) * (truth[i] - before[i]);
      }
    }
    assertThat(Math.sqrt(error / update)).isLessThanOrEqualTo(2e-3);
    assertThat(to.names().stream().filter(name -> name.contains("lora_")).toList())
        .containsExactlyInAnyOrderElementsOf(actual.names());
  }

  private TrainingConfig config(Path golden, JsonNode meta, Path base, String parallel)
      throws IOException {
    int replicas = parallel.contains("data_parallel: 2") ? 2 : 1;
    int stages = parallel.contains("pipeline_stage: 2") ? 2 : 1;
    Path yaml = folder.resolve("train.yaml");
    Files.writeString(
        yaml,
        """
        output_dir: %s
        pretrained_model_dir: %s
        use_parallel: True
        parallel_config: %s
        runner_config: {batch_size: %d}
        optimizer: {type: AdamW, betas: [0.9, 0.95], eps: 1.e-8, weight_decay: 0.1}
        lr_schedule: {type: ConstantWarmUpLR, learning_rate: 2.e-3}
        model:
          model_config:
            pet_config:
              {lora_rank: %d, lora_alpha: %d, lora_dropout: 0, target_modules: %s, lora_load: %s}
        train_dataset:
          data_loader: {type: TokenFileDataLoader, path: %s}
        """
            .formatted(
                folder.resolve("output"),
                base,
                parallel,
                4 / replicas / stages,
                meta.path("rank").asInt(),
                meta.path("alpha").asInt(),
                meta.path("target_modules").toString().replace("\"", ""),
                golden.resolve("adapter_init"),
                golden.resolve("golden.safetensors")));
    return TrainingConfig.read(yaml, Map.of());
  }

  private static TrainingListener collect(List<StepMetrics> into) {
    return new TrainingListener() {
      @Override
      public void onStep(StepMetrics metrics) {
        into.add(metrics);
      }
    };
  }
}
