// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Engine;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingException;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.crash.KillPoint.Moment;
import dev.loam.train.crash.Scenario.Size;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that are given the same output folder. */
class SharedFolderTest {
  private static final Kill WHILE_SAVING =
      Kill.at(new KillPoint(Moment.BEFORE, "rename .iteration_#.saving iteration_#"), 2);

  @TempDir Path folder;

  private static StepMetrics run(Path config, String autoResume) {
    return new TrainingRun(TrainingConfig.read(config, Map.of("auto_resume", autoResume)))
        .runOnThreads(Engine.named("torch"), 1, List.of());
  }

  private static void awaitLine(BufferedReader lines, String wanted) throws IOException {
    StringBuilder seen = new StringBuilder();
    String line = lines.readLine();
    while (line != null && !line.equals(wanted)) {
      seen.append(line).append('\n');
      line = lines.readLine();
    }
    assertThat(line).as(seen.toString()).isEqualTo(wanted);
  }

  @Test
  @Timeout(180)
  void theSecondIsRefusedUntilTheFirstIsKilled() throws Exception {
    Path config = new Scenario(Size.SMALL, false, false).write(folder, TokenRows.write(folder), 1);
    Path saving = folder.resolve("out/checkpoint/.iteration_00000002.saving/manifest.json");
    try (Child first = Child.start(config, WHILE_SAVING.arguments())) {
      awaitLine(first.lines(), WHILE_SAVING.line());
      for (String autoResume : List.of("True", "False")) {
        assertThatThrownBy(() -> run(config, autoResume))
            .isInstanceOf(TrainingException.class)
            .hasMessageContainingAll(
                folder.resolve("out").toString(),
                "in use by another run",
                "process " + first.pid() + " on " + InetAddress.getLocalHost().getHostName());
        assertThat(saving).exists();
      }
      first.kill();
      assertThat(first.await()).isNotZero();
    }
    assertThat(run(config, "True").step()).isEqualTo(Scenario.STEPS);
    assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl"))).hasSize(Scenario.STEPS);
    assertThat(saving.getParent()).doesNotExist();
    assertThat(folder.resolve("out.previous-1")).doesNotExist();
  }
}
