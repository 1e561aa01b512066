// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code loam plan}, and what {@code loam train} does with a plan. */
class PlanCommandTest {
  /** A model of 160 GB of weights. */
  private static final Object[] HUGE = {
    "--model.model_config.vocab_size", 400_000, "--model.model_config.hidden_size", 100_000
  };

  @TempDir Path folder;

  @Test
  void plansWithoutTheData() throws IOException {
    TinyRun run = new TinyRun(folder);
    Cli.Result text = Cli.run("plan", "--config", run.config(), "--threads", 1, "--rate", 5).ok();
    assertThat(text.out()).contains("1 rank").contains("weights").contains("at 5 GFLOP/s");
    Cli.Result result =
        Cli.run("plan", "--config", run.config(), "--threads", 1, "--rate", 5, "--json").ok();
    JsonNode plan = new ObjectMapper().readTree(result.out());
    JsonNode rank = plan.path("ranks").path(0);
    long sum = 0;
    for (String part :
        new String[] {
          "weights",
          "gradients",
          "moments",
          "activations",
          "workspace",
          "logits",
          "other",
          "snapshot"
        }) {
      sum += rank.path(part + "_bytes").asLong();
    }
    assertThat(rank.path("bytes").asLong()).isEqualTo(sum).isPositive();
    assertThat(plan.path("bytes").asLong()).isEqualTo(sum + plan.path("process_bytes").asLong());
    assertThat(plan.path("fits").asBoolean()).isTrue();
    assertThat(plan.path("step_seconds").asDouble()).isPositive();
    assertThat(Files.exists(run.output())).isFalse();
  }

  @Test
  void aRunThatCannotFitIsRefusedBeforeItsDataIsTouched() throws IOException {
    TinyRun run = new TinyRun(folder);
    Cli.Result result =
        Cli.run(
            "train", "--config", run.config(), "--threads", 1, HUGE[0], HUGE[1], HUGE[2], HUGE[3]);
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.messages())
        .contains("MiB of memory, and this machine has")
        .contains("recompute_config.recompute")
        .contains("memory_check: False");
    assertThat(Files.exists(run.output())).isFalse();
  }

  @Test
  void atTheEndMeasurementStandsBesideThePlan() throws IOException {
    TinyRun run = new TinyRun(folder).withData(TinyRun.VOCABULARY - 1);
    Cli.Result result = Cli.run("train", "--config", run.config(), "--threads", 1).ok();
    assertThat(result.messages()).containsPattern("last step: .* s, planned were ");
  }

  @Test
  void aRateIsPositive() throws IOException {
    Cli.Result result = Cli.run("plan", "--config", new TinyRun(folder).config(), "--rate", 0);
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.messages()).contains("--rate must be above 0");
  }
}
