// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.Storage;
import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that was ended and goes on is the run that was never ended. */
class ResumeTest {
  private static final Engine ENGINE = Engine.named("torch");

  @TempDir private Path folder;
  private TinyConfig tiny;

  @BeforeEach
  void config() {
    tiny = new TinyConfig(folder);
  }

  private StepMetrics run(Map<String, String> overrides) {
    return new TrainingRun(tiny.with(overrides)).runOnThreads(ENGINE, 1, List.of());
  }

  private static Map<String, String> with(Map<String, String> some, String key, String value) {
    Map<String, String> all = new HashMap<>(some);
    all.put(key, value);
    return all;
  }

  /** Step, loss and norm of every line. */
  private static List<String> metrics(Path output) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(output.resolve("metrics.jsonl"))) {
      JsonNode node = new ObjectMapper().readTree(line);
      lines.add(
          Stream.of("step", "loss", "grad_norm", "lr", "consumed_samples")
              .map(key -> node.get(key).asText())
              .toList()
              .toString());
    }
    return lines;
  }

  private void requireSameAsUninterrupted(Map<String, String> overrides) throws IOException {
    Path whole = folder.resolve("whole");
    StepMetrics unused = run(with(overrides, "output_dir", whole.toString()));
    assertThat(metrics(tiny.output())).hasSize(TinyConfig.STEPS).isEqualTo(metrics(whole));
    assertThat(tiny.output().resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
  }

  private List<String> checkpoints() {
    return new CheckpointFolder(tiny.output().resolve("checkpoint"))
        .complete().stream().map(path -> String.valueOf(path.getFileName())).toList();
  }

  @Test
  void goesOnFromItsStopStep() throws IOException {
    StepMetrics stopped = run(Map.of("stop_step", "5"));
    assertThat(stopped.step()).isEqualTo(5);
    assertThat(checkpoints()).containsExactly("iteration_00000005");
    StepMetrics last = run(Map.of("resume_training", "True"));
    assertThat(last.step()).isEqualTo(TinyConfig.STEPS);
    assertThat(checkpoints()).containsExactly("iteration_00000005", "iteration_00000012");
    requireSameAsUninterrupted(Map.of());
  }

  @Test
  void onEightRanksWithShardedOptimizer() throws IOException {
    Map<String, String> layout =
        Map.of(
            "use_parallel", "True",
            "parallel_config.data_parallel", "2",
            "parallel_config.model_parallel", "2",
            "parallel_config.pipeline_stage", "2",
            "parallel_config.micro_batch_num", "2",
            "parallel.enable_parallel_optimizer", "True",
            "runner_config.batch_size", "1",
            "runner_config.gradient_accumulation_steps", "1");
    StepMetrics unused = run(with(layout, "stop_step", "7"));
    unused = run(with(layout, "resume_training", "True"));
    requireSameAsUninterrupted(layout);
  }

  @Test
  void metricsAreCutBackToTheCheckpoint() throws IOException {
    StepMetrics unused =
        run(
            Map.of(
                "stop_step",
                "7",
                "callbacks",
                "[{type: CheckpointMonitor, save_checkpoint_steps: 4}]"));
    Path metrics = tiny.output().resolve("metrics.jsonl");
    Files.writeString(metrics, "{\"step\": 8, \"los", StandardOpenOption.APPEND);
    unused = run(Map.of("resume_training", "iteration_00000004"));
    requireSameAsUninterrupted(Map.of());
    assertThat(tiny.output().resolve("checkpoint/iteration_00000007.superseded-1")).isDirectory();
  }

  @Test
  void aCheckpointThatWasCopiedUnderAnotherName() throws IOException {
    StepMetrics unused = run(Map.of("stop_step", "5"));
    Path copy = Files.createDirectories(tiny.output().resolve("checkpoint_5_step"));
    try (Stream<Path> files = Files.list(tiny.output().resolve("checkpoint/iteration_00000005"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(String.valueOf(file.getFileName())));
      }
    }
    unused = run(Map.of("resume_training", "True", "load_checkpoint", copy.toString()));
    requireSameAsUninterrupted(Map.of());
  }

  @Test
  void intoAnotherOutputFolder() throws IOException {
    Path first = folder.resolve("first");
    StepMetrics unused = run(Map.of("stop_step", "5", "output_dir", first.toString()));
    unused = run(Map.of("resume_training", "5", "load_checkpoint", first.toString()));
    assertThat(metrics(tiny.output())).hasSize(TinyConfig.STEPS - 5);
    assertThat(metrics(first)).hasSize(5);
    unused = run(Map.of("output_dir", folder.resolve("whole").toString()));
    assertThat(metrics(tiny.output())).isEqualTo(metrics(folder.resolve("whole")).subList(5, 12));
  }

  @Test
  void automaticallyIfThereIsACheckpoint() throws IOException {
    Map<String, String> automatic = Map.of("auto_resume", "True");
    StepMetrics unused = run(with(automatic, "stop_step", "3"));
    unused = run(with(automatic, "stop_step", "9"));
    unused = run(automatic);
    requireSameAsUninterrupted(automatic);
  }

  @Test
  void aFinishedRunHasNothingLeftToDo() throws IOException {
    StepMetrics unused = run(Map.of());
    StepMetrics last = run(Map.of("resume_training", "True"));
    assertThat(last.step()).isEqualTo(TinyConfig.STEPS);
    requireSameAsUninterrupted(Map.of());
  }

  @Test
  void oldCheckpointsAreDeletedOnceNewOnesAreThere() {
    StepMetrics unused =
        run(
            Map.of(
                "callbacks",
                "[{type: CheckpointMonitor, save_checkpoint_steps: 2, keep_checkpoint_max: 2}]"));
    assertThat(checkpoints()).containsExactly("iteration_00000010", "iteration_00000012");
  }

  @Test
  void otherDataIsPointedOut() throws IOException {
    StepMetrics unused = run(Map.of("stop_step", "2"));
    Path moved = folder.resolve("moved.safetensors");
    Files.move(folder.resolve("rows.safetensors"), moved);
    List<String> told = new ArrayList<>();
    StepMetrics last =
        new TrainingRun(
                tiny.with(
                    Map.of(
                        "resume_training",
                        "True",
                        "train_dataset.data_loader.path",
                        moved.toString())))
            .runOnThreads(ENGINE, 1, List.of(new ConsoleListener(told::add)));
    assertThat(last.step()).isEqualTo(TinyConfig.STEPS);
    assertThat(told)
        .anyMatch(line -> line.startsWith("the data has changed since the checkpoint: was "));
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> run(Map.of("resume_training", "True")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(tiny.output().toString(), "no complete checkpoint");
    StepMetrics unused = run(Map.of("stop_step", "2"));
    assertThatThrownBy(() -> run(Map.of("resume_training", "iteration_00000003")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("iteration_00000003", "there are iteration_00000002");
  }

  @Test
  void aCheckpointOfAnotherModelIsRefused() {
    StepMetrics unused = run(Map.of("stop_step", "2"));
    assertThatThrownBy(
            () -> run(Map.of("resume_training", "True", "model.model_config.hidden_size", "32")))
        .hasMessageContaining("has shape");
    assertThatThrownBy(
            () -> run(Map.of("resume_training", "True", "model.model_config.rope_theta", "5000.0")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("rope_theta", "1000000.0", "5000.0");
    assertThat(checkpoints()).containsExactly("iteration_00000002");
  }

  @Test
  void aRequestToStopSavesAfterTheStep() throws IOException {
    StopRequest stop = new StopRequest();
    TrainingConfig config = tiny.with(Map.of());
    TrainingRun run = new TrainingRun(config, stop, Storage.disk());
    StepMetrics last =
        run.runOnThreads(
            ENGINE,
            1,
            List.of(
                new TrainingListener() {
                  @Override
                  public void onStep(StepMetrics metrics) {
                    if (metrics.step() == 4) {
                      stop.request();
                    }
                  }
                }));
    assertThat(last.step()).isEqualTo(4);
    assertThat(last.isComplete()).isFalse();
    assertThat(checkpoints()).containsExactly("iteration_00000004");
    assertThat(run.modelFolder()).doesNotExist();
    StepMetrics unused = run(Map.of("resume_training", "True"));
    requireSameAsUninterrupted(Map.of());
  }

  @Test
  void aFailedStepLeavesTheStateBeforeIt() throws IOException {
    TrainingConfig config = tiny.with(Map.of());
    assertThatThrownBy(
            () ->
                new TrainingRun(config)
                    .runOnThreads(
                        ENGINE,
                        1,
                        List.of(
                            new TrainingListener() {
                              @Override
                              public void onStep(StepMetrics metrics) {
                                if (metrics.step() == 4) {
                                  throw new IllegalStateException("the listener failed");
                                }
                              }
                            })))
        .hasMessage("the listener failed");
    assertThat(checkpoints()).containsExactly("iteration_00000004");
    StepMetrics unused = run(Map.of("resume_training", "True"));
    requireSameAsUninterrupted(Map.of());
  }
}
