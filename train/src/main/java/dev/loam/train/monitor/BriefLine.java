// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.StepMetrics;
import java.util.List;
import java.util.Locale;

/** One line of text. */
record BriefLine() implements StepText {
  @Override
  public List<String> of(StepMetrics m, TimeLeft left) {
    return List.of(numbers(m) + end(m, left));
  }

  /** What the step has given. */
  String numbers(StepMetrics m) {
    return String.format(
        Locale.ROOT,
        "step %5d/%d | loss %8.5f | grad norm %8.4f | lr %.3e | %6.2f s | %8.1f tokens/s",
        m.step(),
        m.totalSteps(),
        m.loss(),
        m.gradientNorm(),
        m.lr(),
        m.seconds(),
        m.tokensPerSecond());
  }

  /** The end of the line. */
  String end(StepMetrics m, TimeLeft left) {
    String outcome =
        switch (m.outcome()) {
          case UPDATED -> "";
          case SKIPPED_NOT_FINITE -> " | left out: not finite";
          case SKIPPED_SPIKE -> " | left out: gradient norm too large";
        };
    return " | left " + left.text() + outcome;
  }
}
