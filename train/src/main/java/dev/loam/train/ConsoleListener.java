// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.train.monitor.StepText;
import dev.loam.train.monitor.TimeLeft;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Tells of a run in lines of text. */
public final class ConsoleListener implements TrainingListener {
  private final Consumer<String> out;
  private final StepText text;
  private final TimeLeft left = new TimeLeft();
  private final BeforeAfter beforeAfter = new BeforeAfter();

  /** One line a step goes to the given consumer. */
  public ConsoleListener(Consumer<String> out) {
    this(out, StepText.brief());
  }

  /**
   * Lines go to the given consumer.
   *
   * @param text how a step is told of
   */
  public ConsoleListener(Consumer<String> out, StepText text) {
    this.out = out;
    this.text = text;
  }

  @Override
  public void onStart(List<String> summary) {
    summary.forEach(out);
  }

  @Override
  public void onStep(StepMetrics m) {
    left.step(m);
    text.of(m, left).forEach(out);
  }

  @Override
  public void onRollBack(long badStep, long step) {
    out.accept(
        "step " + badStep + " is bad: back to the checkpoint of step " + step + ", without it");
  }

  @Override
  public void onCheckpoint(long step, Path checkpoint) {
    out.accept("checkpoint of step " + step + " saved in " + checkpoint);
  }

  @Override
  public void onEvaluation(Evaluation evaluation) {
    beforeAfter.evaluated(evaluation);
    out.accept(
        String.format(
            Locale.ROOT,
            "evaluation after step %d | loss %8.5f | perplexity %.3f | %d tokens | %.2f s",
            evaluation.step(),
            evaluation.loss(),
            evaluation.perplexity(),
            evaluation.tokens(),
            evaluation.seconds()));
  }

  @Override
  public void onGeneration(long step, List<Generation> generations) {
    beforeAfter.generated(step, generations);
    for (Generation generation : generations) {
      out.accept("after step " + step + ": " + generation.prompt() + generation.text());
    }
  }

  @Override
  public void close() {
    beforeAfter.lines().forEach(out);
  }
}
