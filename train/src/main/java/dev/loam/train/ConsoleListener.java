// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** One line of text a step. */
public final class ConsoleListener implements TrainingListener {
  private final Consumer<String> out;
  private double seconds;
  private long steps;

  /** Lines go to the given consumer. */
  public ConsoleListener(Consumer<String> out) {
    this.out = out;
  }

  @Override
  public void onStart(List<String> summary) {
    summary.forEach(out);
  }

  @Override
  public void onStep(StepMetrics m) {
    seconds += m.seconds();
    steps++;
    long left = Math.round(seconds / steps * (m.totalSteps() - m.step()));
    out.accept(
        String.format(
            Locale.ROOT,
            "step %5d/%d | loss %8.5f | grad norm %8.4f | lr %.3e | %6.2f s | %8.1f tokens/s | left"
                + " %d:%02d:%02d",
            m.step(),
            m.totalSteps(),
            m.loss(),
            m.gradientNorm(),
            m.lr(),
            m.seconds(),
            m.tokensPerSecond(),
            left / 3600,
            left / 60 % 60,
            left % 60));
  }

  @Override
  public void onCheckpoint(long step, Path checkpoint) {
    out.accept("checkpoint of step " + step + " saved in " + checkpoint);
  }
}
