// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;

/** {@code metrics.jsonl}: one JSON object a step, numbers at full precision. */
public final class MetricsFile implements TrainingListener {
  private final StepLines lines;

  /** Creates the file. */
  public MetricsFile(Path file) {
    this(file, 0);
  }

  /**
   * Goes on with a file after a step: later steps, and a last line that was cut off, are dropped.
   * Where there is no file one is created.
   *
   * @param step the last step to be kept; 0 for none
   */
  public MetricsFile(Path file, long step) {
    lines = new StepLines(file, step);
  }

  @Override
  public void onStep(StepMetrics m) {
    ObjectNode line = StepLines.line(m.step());
    line.put("loss", m.loss());
    line.put("grad_norm", m.gradientNorm());
    line.put("lr", m.lr());
    line.put("tokens", m.tokens());
    line.put("consumed_samples", m.consumedSamples());
    line.put("step_time_ms", m.seconds() * 1000);
    line.put("tokens_per_second", m.tokensPerSecond());
    switch (m.outcome()) {
      case UPDATED -> {}
      case SKIPPED_NOT_FINITE -> line.put("skipped", "not_finite");
      case SKIPPED_SPIKE -> line.put("skipped", "spike");
    }
    lines.write(line);
  }

  @Override
  public void onRollBack(long badStep, long step) {
    lines.cutBack(step);
  }

  @Override
  public void close() {
    lines.close();
  }
}
