// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.testkit.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts of {@code examples/launch}, with a loam and an mpirun that say what they are told.
 */
@DisabledOnOs(OS.WINDOWS)
class LaunchScriptsTest {
  private static final String COMMAND =
      "run_mindformer.py --config configs/run.yaml --use_parallel True --run_mode train";

  @TempDir Path folder;
  private Path launch;
  private Path work;

  private record Result(int exitCode, String said) {}

  @BeforeEach
  void prepare() throws IOException {
    Path root = folder.resolve("source tree");
    launch = Files.createDirectories(root.resolve("examples/launch"));
    try (Stream<Path> files = Files.list(TestData.root().resolve("examples/launch"))) {
      for (Path file : files.toList()) {
        Files.copy(file, launch.resolve(String.valueOf(file.getFileName())));
      }
    }
    program(root.resolve("loam"), "printf '<%s>' \"$@\"; echo; exit 7");
    Files.createDirectories(root.resolve("configs"));
    Files.createFile(root.resolve("configs/run.yaml"));
    work = Files.createDirectories(folder.resolve("work"));
  }

  @Test
  void msrunTrainsOnThreadsAndKeepsTheLog() throws Exception {
    Result result = run(Map.of(), "msrun_launcher.sh", COMMAND);
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.said())
        .startsWith("<train><--config><")
        .endsWith("/configs/run.yaml><--use_parallel><True><--run_mode><train>\n");
    assertThat(work.resolve("output/msrun_log/worker_0.log")).hasContent(result.said().strip());
  }

  @Test
  void aConfigurationThatIsHereComesFirst() throws Exception {
    Files.createDirectories(work.resolve("configs"));
    Files.createFile(work.resolve("configs/run.yaml"));
    assertThat(run(Map.of("MF_LOG_SUFFIX", "_a"), "msrun_launcher.sh", COMMAND, "4").said())
        .startsWith("<train><--config><configs/run.yaml>");
    assertThat(work.resolve("output/msrun_log_a/worker_0.log")).exists();
  }

  @Test
  void allNineArguments() throws Exception {
    Result result =
        run(
            Map.of("LOAM_HOSTS", "a:2,b:2", "PATH", mpirun()),
            "msrun_launcher.sh",
            COMMAND,
            "4",
            "2",
            "10.0.0.1",
            "8118",
            "0",
            "logs",
            "True",
            "600");
    assertThat(result.exitCode()).as(result.said()).isEqualTo(5);
    assertThat(result.said())
        .contains("<--host><a:2,b:2><-n><4>", "/ranks.sh><--rank><logs><--config>")
        .endsWith("<--collective_timeout><600>\n");
  }

  @Test
  void aRankOfAnMpiJobWritesItsLog() throws Exception {
    Result quiet =
        run(Map.of("OMPI_COMM_WORLD_RANK", "3"), "ranks.sh", "--rank", ".", "--a", "b c");
    assertThat(quiet).isEqualTo(new Result(7, ""));
    assertThat(work.resolve("worker_3.log")).hasContent("<train><--a><b c>");
    assertThat(run(Map.of("OMPI_COMM_WORLD_RANK", "0"), "ranks.sh", "--rank", ".", "--a").said())
        .isEqualTo("<train><--a>\n");
  }

  @Test
  void machinesAreStartedFromTheFirst() throws Exception {
    String[] second = {COMMAND, "4", "2", "10.0.0.1", "8118", "1"};
    Result result = run(Map.of(), "msrun_launcher.sh", second);
    assertThat(result.exitCode()).isZero();
    assertThat(result.said()).contains("nothing to start on node 1");
    String[] first = {COMMAND, "4", "2", "10.0.0.1", "8118", "0"};
    assertRefused(run(Map.of(), "msrun_launcher.sh", first), "LOAM_HOSTS=a:4,b:4");
    assertRefused(
        run(Map.of("LOAM_LAUNCHER", "threads"), "msrun_launcher.sh", first),
        "ranks of one machine");
  }

  @Test
  void whatIsNotUnderstoodIsRefused() throws Exception {
    assertRefused(run(Map.of(), "msrun_launcher.sh"), "1, 2, 6 or 9 arguments, not 0");
    assertRefused(run(Map.of(), "msrun_launcher.sh", COMMAND, "4", "2"), "arguments, not 3");
    assertRefused(run(Map.of(), "msrun_launcher.sh", "rm -rf x"), "starts with run_mindformer.py");
    assertRefused(run(Map.of(), "msrun_launcher.sh", COMMAND, "many"), "not a number: 'many'");
    assertRefused(
        run(Map.of("LOAM_LAUNCHER", "x"), "msrun_launcher.sh", COMMAND), "threads or mpi");
  }

  @Test
  void theVariablesOfPreTrainingBecomeOverrides() throws Exception {
    Result result =
        run(
            Map.of("DATA_PATH", "a b", "TRAIN_ITERS", "5", "GBS", "16", "PP", "2", "TP", "2"),
            "pretrain_qwen3_0point6b_4K_ms.sh",
            "--seed",
            "1");
    assertThat(result.exitCode()).as(result.said()).isEqualTo(7);
    assertThat(result.said())
        .contains(
            "8 ranks (node 0 of 1, master localhost), data parallel 2",
            "<--train_dataset.data_loader.config.data_path><['1', 'a b']>",
            "<--train_dataset.data_loader.sizes><[80, 0, 0]>",
            "<--parallel_config.data_parallel><2>",
            "<--parallel_config.micro_batch_num><8>",
            "<--seed><1>");
    assertThat(work.resolve("logs/pretrain_qwen3_0point6b_4K_ms/worker_0.log")).exists();
    assertRefused(
        run(Map.of("GBS", "9"), "pretrain_qwen3_0point6b_4K_ms.sh"), "MBS*DP the global batch GBS");
    assertRefused(run(Map.of("TP", "3"), "pretrain_qwen3_0point6b_4K_ms.sh"), "divide the 8 ranks");
  }

  @Test
  void theVariablesOfTuningBecomeOverrides() throws Exception {
    Result result =
        run(
            Map.of("DATA_PATH", "a b", "TRAIN_ITERS", "5", "PP", "2", "CKPT_LOAD_DIR", "c d"),
            "tune_qwen3_0point6b_4K_full_ms.sh",
            "--seed",
            "1");
    assertThat(result.exitCode()).as(result.said()).isEqualTo(7);
    assertThat(result.said())
        .contains(
            "8 ranks (node 0 of 1, master localhost), data parallel 4",
            "/qwen3_0point6b_ms_tune.yaml>",
            "<--load_checkpoint><c d>",
            "<--train_dataset.data_loader.data_path><a b>",
            "<--train_dataset.data_loader.seq_length><4096>",
            "<--train_dataset.data_loader.num_samples><80>",
            "<--runner_config.gradient_accumulation_steps><4>",
            "<--parallel_config.pipeline_stage><2>",
            "<--seed><1>");
    assertThat(work.resolve("logs/tune_qwen3_0point6b_4K_full_ms/worker_0.log")).exists();
    assertRefused(
        run(Map.of("GBS", "9"), "tune_qwen3_0point6b_4K_full_ms.sh"),
        "MBS*DP the global batch GBS");
  }

  @Test
  void conversionSaysWhatUpstreamSays() throws Exception {
    program(launch.resolve("../../loam"), "printf '<%s>' \"$@\"; echo");
    assertThat(run(Map.of("TP", "2"), "ckpt_convert_qwen3_hf2mcore.sh").said())
        .startsWith("<convert><--from><hf><--to><megatron><--input><./model_from_hf/qwen3_hf/>")
        .contains("<--tp><2><--pp><1><--dtype><bfloat16>")
        .endsWith(
            """
            successfully saved checkpoint from iteration 1 to ./model_weights/qwen3_mcore/
            INFO:root:Done!
            """);
    assertThat(run(Map.of("JSON_KEYS", "a b"), "data_convert_qwen3_pretrain.sh").said())
        .contains("<--output-prefix><./dataset/alpaca>")
        .endsWith("<--json-keys><a><b>\n");
    assertThat(work.resolve("dataset")).isDirectory();
    assertThat(run(Map.of(), "data_convert_qwen3_instruction.sh", "--pack").said())
        .startsWith("<preprocess-sft><--input>")
        .contains("<--output-prefix><./finetune_dataset/alpaca>", "<--prompt-type><qwen3>")
        .endsWith("<--pack>\n");
    assertThat(work.resolve("finetune_dataset")).isDirectory();
  }

  private static void assertRefused(Result result, String message) {
    assertThat(result.exitCode()).as(result.said()).isEqualTo(2);
    assertThat(result.said()).contains(message);
  }

  /** A path with an mpirun that says what it is told. */
  private String mpirun() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    program(bin.resolve("mpirun"), "printf '<%s>' \"$@\"; echo; exit 5");
    return bin + ":" + System.getenv("PATH");
  }

  private static void program(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Result run(Map<String, String> environment, String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", launch.resolve(script).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    try (InputStream output = process.getInputStream()) {
      // To its end, which is that of the last process that writes there.
      String said = new String(output.readAllBytes(), UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Result(process.exitValue(), said);
    }
  }
}
