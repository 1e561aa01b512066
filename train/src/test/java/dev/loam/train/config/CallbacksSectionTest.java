// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallbacksSectionTest {
  @TempDir private Path folder;
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  private CheckpointPolicy policy(String callbacks) {
    return files.read(ConfigFiles.MINIMAL + "callbacks: " + callbacks + "\n").checkpoints();
  }

  @Test
  void everythingThatCanBeSaid() {
    assertThat(
            policy(
                """
                [{type: MFLossMonitor, per_print_times: 1},
                 {type: CheckpointMonitor, prefix: qwen3, save_checkpoint_steps: 50,
                  keep_checkpoint_max: 2, integrated_save: False, async_save: True,
                  checkpoint_format: safetensors, remove_redundancy: True, exception_save: False,
                  keep_checkpoint_every_n_steps: 1000, keep_best_checkpoints: 3}]"""))
        .isEqualTo(new CheckpointPolicy(50, Optional.empty(), true, false, 2, 1000, 3));
  }

  @Test
  void everyStepUnlessSaidOtherwise() {
    assertThat(policy("[{type: CheckpointMonitor}]"))
        .isEqualTo(new CheckpointPolicy(1, Optional.empty(), false, true, 5, 0, 0));
    assertThat(policy("[{type: CheckpointMonitor, save_checkpoint_seconds: 60}]"))
        .isEqualTo(
            new CheckpointPolicy(0, Optional.of(Duration.ofSeconds(60)), false, true, 5, 0, 0));
    assertThat(policy("[]")).isEqualTo(CheckpointPolicy.DEFAULT);
  }

  @Test
  void theLossMonitorSaysHowOftenStepsAreToldOf() {
    assertThat(files.read(ConfigFiles.MINIMAL).lossMonitor()).isEmpty();
    String callbacks = "callbacks: [{type: MFLossMonitor%s}]\n";
    assertThat(files.read(ConfigFiles.MINIMAL + callbacks.formatted("")).lossMonitor()).hasValue(1);
    assertThat(
            files
                .read(ConfigFiles.MINIMAL + callbacks.formatted(", per_print_times: 20"))
                .lossMonitor())
        .hasValue(20);
    files
        .refused(ConfigFiles.MINIMAL + callbacks.formatted(", per_print_times: 0"), Map.of())
        .hasMessageContaining("per_print_times");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{type: Checkpointmonitor}]|= Checkpointmonitor is not known",
        "[{save_checkpoint_steps: 1}]|type is missing",
        "[1]|must be a list of sections",
        "{type: CheckpointMonitor}|must be a list of sections",
        "[{type: CheckpointMonitor, save_checkpoint_step: 5}]|did you mean callbacks.save_checkpoint",
        "[{type: CheckpointMonitor, save_checkpoint_steps: -1}]|must be from 0",
        "[{type: CheckpointMonitor, save_checkpoint_steps: 2, save_checkpoint_seconds: 2}]|excludes",
        "[{type: CheckpointMonitor, enc_key: abc}]|checkpoints are not encrypted",
      })
  void wrongValues(String callbacks, String problem) {
    files
        .refused(ConfigFiles.MINIMAL + "callbacks: " + callbacks + "\n", Map.of())
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "False, False, Fresh[]",
    "True, False, Newest[]",
    "iteration_00000050, False, Named[name=iteration_00000050]",
    "False, True, IfThere[]"
  })
  void resuming(String resume, String automatic, String expected) {
    assertThat(
            files
                .read(
                    ConfigFiles.MINIMAL
                        + "resume_training: "
                        + resume
                        + "\nauto_resume: "
                        + automatic
                        + "\n")
                .resume())
        .hasToString(expected);
  }

  @Test
  void resumingInTwoWays() {
    files
        .refused(ConfigFiles.MINIMAL + "resume_training: True\nauto_resume: True\n", Map.of())
        .hasMessageContaining("auto_resume excludes resume_training");
  }
}
