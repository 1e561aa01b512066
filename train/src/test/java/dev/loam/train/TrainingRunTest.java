// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a configuration to a model folder; the numbers are the golden test's matter. */
class TrainingRunTest {
  private static final Engine ENGINE = Engine.named("torch");

  @TempDir Path folder;
  private final ComputeLease lease = ENGINE.lease(1);

  @AfterEach
  void giveBack() {
    lease.close();
  }

  private static StepMetrics run(TrainingConfig config) {
    return new TrainingRun(config).runOnThreads(ENGINE, 1, List.of());
  }

  private TrainingConfig config(Map<String, String> overrides) throws IOException {
    Path data = folder.resolve("rows.safetensors");
    try (Arena arena = lease.newArena(Device.cpu())) {
      long[] ids = new SplittableRandom(1).longs(6 * 2 * 8, 0, 30).toArray();
      SafetensorsWriter.write(
          data,
          List.of(
              NamedTensor.of("input_ids", arena.allocate(DType.I64, 6, 2, 8).set(ids)),
              NamedTensor.of("labels", arena.allocate(DType.I64, 6, 2, 8).set(ids))),
          Map.of());
    }
    Path tokenizer = Files.createDirectories(folder.resolve("tokenizer"));
    Files.writeString(tokenizer.resolve("tokenizer.json"), "{}");
    Path yaml = folder.resolve("run.yaml");
    Files.writeString(
        yaml,
        """
        output_dir: %s
        tokenizer_dir: %s
        auto_trans_ckpt: False
        runner_config: {batch_size: 2, epochs: 2}
        lr_schedule: {learning_rate: 1e-3}
        model:
          model_config:
            {vocab_size: 30, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1,
             num_attention_heads: 2, head_dim: 8, max_position_embeddings: 8}
        train_dataset: {data_loader: {type: TokenFileDataLoader, path: %s}}
        """
            .formatted(folder.resolve("out"), tokenizer, data));
    return TrainingConfig.read(yaml, overrides);
  }

  @Test
  void writesMetricsAndAModelWithItsTokenizer() throws IOException {
    StringBuilder console = new StringBuilder();
    TrainingRun run = new TrainingRun(config(Map.of()));
    StepMetrics last =
        run.runOnThreads(
            ENGINE, 1, List.of(new ConsoleListener(line -> console.append(line).append('\n'))));
    assertThat(last.step()).isEqualTo(12);
    assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl"))).hasSize(12);
    assertThat(run.modelFolder()).isEqualTo(folder.resolve("out/model"));
    assertThat(run.modelFolder().resolve("config.json")).exists();
    assertThat(run.modelFolder().resolve("model.safetensors")).exists();
    assertThat(run.modelFolder().resolve("tokenizer.json")).hasContent("{}");
    assertThat(console)
        .contains(
            "12 steps, global batch 2", "ignored keys: auto_trans_ckpt", "step    12/12 | loss");
  }

  @Test
  void stopsAtTheStopStepAndMovesTheEarlierRunAside() throws IOException {
    StepMetrics last = run(config(Map.of("stop_step", "5")));
    assertThat(last.step()).isEqualTo(5);
    StepMetrics unused = run(config(Map.of("stop_step", "3")));
    assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl"))).hasSize(3);
    assertThat(Files.readAllLines(folder.resolve("out.previous-1/metrics.jsonl"))).hasSize(5);
  }

  @Test
  @Timeout(60)
  void anInterruptedRunIsSaved() throws IOException {
    TrainingRun run = new TrainingRun(config(Map.of()));
    Thread caller = Thread.currentThread();
    StepMetrics last =
        run.runOnThreads(
            ENGINE,
            1,
            List.of(
                new TrainingListener() {
                  @Override
                  public void onStep(StepMetrics metrics) {
                    if (metrics.step() == 4) {
                      caller.interrupt();
                      while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait(); // until it is passed on to the compute thread
                      }
                    }
                  }
                }));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(last.step()).isEqualTo(4);
    assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl"))).hasSize(4);
    assertThat(run.modelFolder()).doesNotExist();
    assertThat(folder.resolve("out/checkpoint/iteration_00000004/manifest.json")).exists();
  }

  @Test
  void dataThatDoesNotFitIsFoundBeforeTheOutputFolderIsTouched() throws IOException {
    TrainingConfig config = config(Map.of("batch_size", "3"));
    assertThatThrownBy(() -> run(config))
        .hasMessageContaining("2 rows a step, but the global batch is 3");
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
