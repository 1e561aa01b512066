// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The most memory that a process had is within 7 % of what was planned, and at most 3 % more; each
 * run has a process of its own, started as {@code ./loam} starts it.
 */
@EnabledOnOs(OS.LINUX)
@EnabledIfSystemProperty(named = "loam.full", matches = "true")
class PlanMemoryTest {
  private static final double MIB = 1 << 20;

  /** Rows of what was planned, of that the process, the peak, and the difference, in MiB. */
  private static final Path TABLE = Path.of("target", "plan-memory.md");

  @TempDir private Path folder;

  /**
   * A run.
   *
   * @param model {@code small}, {@code wide} or {@code words}
   * @param rows of a global batch
   * @param lines of the YAML file
   */
  private record Run(String model, int rows, int length, List<String> lines) {
    static Run of(String model, int rows, int length, String... lines) {
      return new Run(model, rows, length, List.of(lines));
    }

    String yaml(Path folder) {
      return """
          output_dir: %s
          use_parallel: True
          lr_schedule: {learning_rate: 1e-4}
          model: {model_config: {%s, num_attention_heads: 8, num_key_value_heads: 4, head_dim: 64,
            max_position_embeddings: 4096}}
          train_dataset: {data_loader: {type: TokenFileDataLoader, path: %s}}
          %s
          """
          .formatted(
              folder.resolve("out"),
              switch (model) {
                case "small" ->
                    "vocab_size: 8192, hidden_size: 512, intermediate_size: 1536,"
                        + " num_hidden_layers: 8, tie_word_embeddings: True";
                case "wide" ->
                    "vocab_size: 16384, hidden_size: 1024, intermediate_size: 3072,"
                        + " num_hidden_layers: 8, tie_word_embeddings: True";
                default ->
                    "vocab_size: 65536, hidden_size: 384, intermediate_size: 1024,"
                        + " num_hidden_layers: 4, tie_word_embeddings: False";
              },
              folder.resolve("rows.safetensors"),
              String.join("\n", lines));
    }

    @Override
    public String toString() {
      return model
          + ", "
          + rows
          + " x "
          + length
          + (lines.isEmpty() ? "" : ", ")
          + String.join("; ", lines);
    }
  }

  private static String parallel(int dp, int tp, int pp, String more) {
    return "parallel_config: {data_parallel: %d, model_parallel: %d, pipeline_stage: %d%s}"
        .formatted(dp, tp, pp, more);
  }

  static Stream<Run> runs() {
    String recompute = "recompute_config: {recompute: True}";
    String zero = "parallel: {enable_parallel_optimizer: True}";
    return Stream.of(
        Run.of("small", 1, 512),
        Run.of("small", 1, 1024, recompute),
        Run.of("small", 1, 2048),
        Run.of("small", 1, 2048, recompute),
        Run.of("small", 2, 1024, "runner_config: {batch_size: 2}"),
        Run.of(
            "small", 4, 256, "runner_config: {gradient_accumulation_steps: 4}", "determinism: D2"),
        Run.of("small", 2, 512, parallel(2, 1, 1, "")),
        Run.of("small", 2, 512, parallel(2, 1, 1, ""), zero),
        Run.of("small", 4, 256, parallel(4, 1, 1, ""), zero, recompute),
        Run.of("small", 1, 1024, parallel(1, 2, 1, "")),
        Run.of("small", 1, 1024, parallel(1, 2, 1, ", use_seq_parallel: True")),
        Run.of("small", 1, 2048, parallel(1, 2, 1, ", use_seq_parallel: True"), recompute),
        Run.of("small", 4, 512, parallel(1, 1, 2, ", micro_batch_num: 4")),
        Run.of(
            "small",
            4,
            512,
            parallel(1, 1, 2, ", micro_batch_num: 4"),
            "recompute_config: {recompute: [4, 2]}"),
        Run.of("small", 8, 256, parallel(2, 2, 2, ", micro_batch_num: 4"), zero),
        Run.of("words", 1, 1024),
        Run.of(
            "words",
            2,
            512,
            parallel(1, 2, 1, ", micro_batch_num: 1"),
            "runner_config: {batch_size: 2}"),
        Run.of("wide", 1, 512),
        Run.of("wide", 2, 512, parallel(2, 1, 1, ""), zero),
        Run.of(
            "wide",
            1,
            256,
            "callbacks: [{type: CheckpointMonitor, save_checkpoint_steps: 1, async_save: True}]"));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void peakIsAsPlanned(Run run) throws Exception {
    writeRows(run);
    Path yaml = Files.writeString(folder.resolve("run.yaml"), run.yaml(folder));
    String[] said = plannedAndPeak(yaml);
    double planned = Long.parseLong(said[1]) / MIB;
    double peak = Long.parseLong(said[3]) / MIB;
    String row =
        String.format(
            Locale.ROOT,
            "| %s | %.0f | %.0f | %.0f | %+.1f %% |%n",
            run,
            planned,
            Long.parseLong(said[2]) / MIB,
            peak,
            100 * (planned / peak - 1));
    Files.writeString(TABLE, row, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    assertThat(planned).as(row).isBetween(0.97 * peak, 1.07 * peak);
  }

  private void writeRows(Run run) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      int steps = 2;
      long[] ids =
          new SplittableRandom(1)
              .longs((long) steps * run.rows() * run.length(), 0, 8192)
              .toArray();
      SafetensorsWriter.write(
          folder.resolve("rows.safetensors"),
          List.of(
              NamedTensor.of(
                  "input_ids", arena.allocate(DType.I64, steps, run.rows(), run.length()).set(ids)),
              NamedTensor.of(
                  "labels", arena.allocate(DType.I64, steps, run.rows(), run.length()).set(ids))),
          Map.of());
    }
  }

  private static String[] plannedAndPeak(Path yaml) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmn64m", "-XX:+UseParallelGC", "-Dai.djl.offline=true"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(List.of(PlannedProcess.class.getName(), yaml.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("THP_MEM_ALLOC_ENABLE", "1");
    builder.environment().put("MALLOC_MMAP_THRESHOLD_", "33554432");
    builder.environment().put("MALLOC_TRIM_THRESHOLD_", "268435456");
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    Process process = builder.start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output.substring(output.indexOf("PLANNED")).strip().split(" ", -1);
    } finally {
      Process unused = process.destroyForcibly();
    }
  }
}
