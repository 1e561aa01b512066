// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.EpochStep;
import dev.loam.train.Evaluation;
import dev.loam.train.StepMetrics;
import dev.loam.train.config.TrainingConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingConsoleTest {
  @TempDir Path folder;

  private static StepMetrics step(long step) {
    return new StepMetrics(
        step,
        4,
        new EpochStep(1, 1, step, 4),
        2.5,
        1,
        0.01,
        32,
        100,
        2,
        2 * step,
        0.5,
        StepMetrics.Outcome.UPDATED);
  }

  private String told(boolean isTerminal, Map<String, String> overrides, String... more)
      throws IOException {
    TinyRun run = new TinyRun(folder).withData(9);
    TrainingConfig config = TrainingConfig.read(run.config(more), overrides);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, UTF_8);
    try (ComputeLease lease = Engine.named("torch").lease(1);
        TrainingConsole console =
            TrainingConsole.of(new Streams(print, print, isTerminal), config, lease, 1)) {
      console.onStart(List.of("summary"));
      console.onStep(step(3));
      console.onCheckpoint(3, Path.of("there"));
      console.onStep(step(4));
    }
    return err.toString(UTF_8);
  }

  @Test
  void withoutATerminalThereAreLinesOnly() throws IOException {
    assertThat(told(false, Map.of()).lines())
        .hasSize(4)
        .noneMatch(line -> line.contains("\r") || line.contains("\u001b"))
        .element(1)
        .asString()
        .startsWith("step     3/4 | loss  2.50000 | ");
  }

  @Test
  void onATerminalLinesAppearAboveABarThatIsWipedAtTheEnd() throws IOException {
    String told = told(true, Map.of());
    String bar = "\r\u001b[Ktraining [======================        ]  75%";
    assertThat(told)
        .contains(bar)
        .containsPattern("\r\u001b\\[Kcheckpoint of step 3 saved in there\ntraining \\[==")
        .endsWith("\r\u001b[K");
    // One step was done here, not three: as long as it took is what is left.
    assertThat(told).doesNotContain("--:--");
  }

  @Test
  void whatATrainingWasGoodForIsToldAtTheEnd() throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, UTF_8);
    TrainingConfig config = TrainingConfig.read(new TinyRun(folder).withData(9).config(), Map.of());
    try (ComputeLease lease = Engine.named("torch").lease(1);
        TrainingConsole console =
            TrainingConsole.of(new Streams(print, print, true), config, lease, 1)) {
      console.onEvaluation(new Evaluation(0, 2.5, 10, 0.1));
      console.onStep(step(3));
      console.onRollBack(3, 2);
      console.onEvaluation(new Evaluation(4, 1.5, 10, 0.1));
    }
    assertThat(err.toString(UTF_8))
        .contains("step 3 is bad: back to the checkpoint of step 2, without it\n")
        .containsPattern(
            "\\[Kheld-out data +\\| +before \\| +after\nloss +\\| +2.5000 \\| +1.5000\n");
  }

  @Test
  void mindFormersRecordsWhereItsMonitorIsAskedFor() throws IOException {
    assertThat(told(false, Map.of(), "callbacks: [{type: MFLossMonitor}]"))
        .contains("{ Epoch:[  1/  1], step:[    3/    4], loss: 2.500000, per_step_time: 500ms,")
        .contains("   75.0% |");
  }

  @Test
  void theMachineIsMeasuredForModelsThatAreLargeEnough() throws IOException {
    assertThat(told(false, Map.of())).doesNotContain("machine:");
    assertThat(told(false, Map.of("model.model_config.intermediate_size", "20000")))
        .containsPattern("machine: [0-9.]+ TFLOP/s in matrix products")
        .containsPattern("TFLOP/s, [0-9]+% \\|");
  }
}
