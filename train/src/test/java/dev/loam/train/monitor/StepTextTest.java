// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.StepMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepTextTest {
  private static final ModelFlops FLOPS = new ModelFlops(1e9, 1e6);

  private static List<String> lines(StepText text, StepMetrics step) {
    TimeLeft left = new TimeLeft();
    left.step(step);
    return text.of(step, left);
  }

  @Test
  void theUsualLineIsShort() {
    assertThat(lines(StepText.brief(), Steps.of(100, 9.876543)))
        .containsExactly(
            "step   100/400 | loss  9.87654 | grad norm   1.2500 | lr 1.000e-06 |   0.50 s |  "
                + " 1024.0 tokens/s | left 0:02:30");
    assertThat(
            lines(
                StepText.brief(), Steps.of(1, Double.NaN, StepMetrics.Outcome.SKIPPED_NOT_FINITE)))
        .singleElement()
        .asString()
        .contains("loss      NaN")
        .endsWith("left 0:03:20 | left out: not finite");
  }

  @Test
  void speedIsRelativeToTheMachine() {
    // (512 · 1e9 + 33024 · 1e6) / 0.5 s
    assertThat(lines(StepText.brief(FLOPS, OptionalDouble.of(2e12)), Steps.of(1, 2)))
        .singleElement()
        .asString()
        .contains(" tokens/s | 1.090 TFLOP/s, 55% | ")
        .contains("left 0:03:20");
    assertThat(lines(StepText.brief(FLOPS, OptionalDouble.empty()), Steps.of(1, 2)))
        .singleElement()
        .asString()
        .contains(" | 1.090 TFLOP/s | ")
        .doesNotContain("%");
  }

  @Test
  void mindFormersHasTwoRecords() {
    assertThat(lines(StepText.mindFormers(FLOPS, 2, 1), Steps.of(250, 9.8765432)))
        .containsExactly(
            "{ Epoch:[  2/  2], step:[   50/  200], loss: 9.876543, per_step_time: 500ms, lr:"
                + " 1e-06, overflow cond: False, loss_scale: 1.0, global_norm: [1.25],"
                + " train_throughput_per_npu: 0.545T",
            "   62.5% |" + "█".repeat(31) + " ".repeat(19) + "| 4.00000 samples/s/p  0:01:15 }");
    assertThat(
            lines(
                StepText.mindFormers(FLOPS, 1, 1),
                Steps.of(1, Double.NaN, StepMetrics.Outcome.SKIPPED_NOT_FINITE)))
        .first()
        .asString()
        .contains("overflow cond: True");
  }

  @Test
  void mindFormersPrintsEveryFewStepsAndTheLast() {
    StepText text = StepText.mindFormers(FLOPS, 1, 150);
    List<Long> printed = new ArrayList<>();
    for (long step = 1; step <= 400; step++) {
      if (!lines(text, Steps.of(step, 1)).isEmpty()) {
        printed.add(step);
      }
    }
    assertThat(printed).containsExactly(150L, 300L, 400L);
  }

  /** As {@code str(numpy.float32(x))} has them. */
  @ParameterizedTest
  @CsvSource({
    "1e-6, 1e-06",
    "1.5e-5, 1.5e-05",
    "1e-4, 0.0001",
    "0.1, 0.1",
    "0, 0.0",
    "1, 1.0",
    "100, 100.0",
    "1.2345679, 1.2345679",
    "1e16, 1e+16",
    "-2.5, -2.5",
    "NaN, nan",
    "Infinity, inf",
    "-Infinity, -inf"
  })
  void numbersAreThoseOfPython(double value, String expected) {
    assertThat(MindFormersLines.number(value)).isEqualTo(expected);
  }
}
