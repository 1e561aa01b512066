// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training in a process of its own that is asked to end. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
class StopSignalsTest {
  @TempDir Path folder;

  private Process start(TinyRun run, Object... more) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-Dai.djl.offline=true", "-cp"));
    command.add(System.getProperty("java.class.path", ""));
    command.addAll(List.of(Main.class.getName(), "train", "--config", run.config().toString()));
    command.addAll(List.of("--threads", "1", "--runner_config.epochs", "1000000"));
    for (Object argument : more) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.PIPE)
        .start();
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Reads until a line has a text, and gives all up to there. */
  private static String readUntil(BufferedReader lines, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      read.append(line).append('\n');
      if (line.contains(text)) {
        return read.toString();
      }
    }
    throw new AssertionError("no line with '" + text + "' in:\n" + read);
  }

  @ParameterizedTest
  @CsvSource({"TERM, 143", "INT, 130"})
  void endsAfterItsStepWithACheckpoint(String name, int exitCode) throws Exception {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Process training = start(run);
    try (BufferedReader lines = training.inputReader(StandardCharsets.UTF_8)) {
      String unused = readUntil(lines, "step     3/");
      signal(training, name);
      String told = readUntil(lines, "stopped after step");
      assertThat(told).contains("SIG" + name, "checkpoint of step ", "--resume_training True");
      assertThat(training.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(training.exitValue()).isEqualTo(exitCode);
    } finally {
      training.destroyForcibly();
    }
    int steps = TinyRun.losses(run.output()).size();
    assertThat(run.output().resolve("model")).doesNotExist();
    Cli.Result resumed =
        Cli.run(
                "train",
                "--config",
                run.config(),
                "--threads",
                1,
                "--resume_training",
                "True",
                "--runner_config.epochs",
                1000000,
                "--stop_step",
                steps + 2)
            .ok();
    assertThat(resumed.messages()).contains("resumed: after step " + steps);
    assertThat(TinyRun.losses(run.output())).hasSize(steps + 2);
  }

  @Test
  void aSecondSignalEndsItAtOnce() throws Exception {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    // Steps of some seconds: a wide layer, many rows.
    Process training =
        start(
            run,
            "--model.model_config.intermediate_size",
            200_000,
            "--model.model_config.hidden_size",
            256,
            "--runner_config.batch_size",
            8);
    try (BufferedReader lines = training.inputReader(StandardCharsets.UTF_8)) {
      String unused = readUntil(lines, "step     1/");
      signal(training, "TERM");
      unused = readUntil(lines, "once more to end at once");
      signal(training, "TERM");
      assertThat(training.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(training.exitValue()).isEqualTo(143);
    } finally {
      training.destroyForcibly();
    }
    assertThat(run.output().resolve("checkpoint/latest")).doesNotExist();
  }
}
