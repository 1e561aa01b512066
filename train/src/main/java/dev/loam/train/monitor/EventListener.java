// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.Evaluation;
import dev.loam.train.Generation;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingListener;
import java.util.List;

/**
 * Writes a run's curves to an event file under the names that MindFormers gives them; what the
 * model writes becomes text. Closes the file.
 */
public final class EventListener implements TrainingListener {
  private static final double SECONDS_A_DAY = 86_400;

  /** Losses are not scaled: float32 and bfloat16 need none. */
  private static final double LOSS_SCALE = 1;

  private final EventFile file;
  private final Options options;
  private final ModelFlops flops;

  /**
   * What is written beside the usual.
   *
   * @param lossScale {@code loss-scale}
   * @param timers {@code iteration-time} in milliseconds, {@code throughput} in samples a second of
   *     one rank, {@code B-samples-per-day}
   * @param ranks the work is shared by
   */
  public record Options(boolean lossScale, boolean timers, int ranks) {}

  /** Takes over a file. */
  public EventListener(EventFile file, Options options, ModelFlops flops) {
    this.file = file;
    this.options = options;
    this.flops = flops;
  }

  @Override
  public void onStep(StepMetrics m) {
    both("batch-size", m, (double) m.samples());
    both("loss", m, m.loss());
    file.scalar("lm-loss", m.step(), m.loss());
    both("learning-rate", m, m.lr());
    both("grad-norm", m, m.gradientNorm());
    if (options.lossScale()) {
      both("loss-scale", m, LOSS_SCALE);
    }
    if (options.timers()) {
      double samplesPerSecond = m.samples() / m.seconds();
      both("iteration-time", m, m.seconds() * 1000);
      both("throughput", m, samplesPerSecond / options.ranks());
      file.scalar("B-samples-per-day", m.step(), samplesPerSecond * SECONDS_A_DAY / 1e9);
    }
    double teraFlops = flops.perSecond(m) / options.ranks() / 1e12;
    file.scalar("model-flops-throughput-per-npu", m.step(), teraFlops);
  }

  private void both(String tag, StepMetrics m, double value) {
    file.scalar(tag, m.step(), value);
    file.scalarOverSamples(tag, m.consumedSamples(), value);
  }

  /** Under the names that Megatron-LM gives them. */
  @Override
  public void onEvaluation(Evaluation evaluation) {
    file.scalar("lm loss validation", evaluation.step(), evaluation.loss());
    file.scalar("lm loss validation ppl", evaluation.step(), evaluation.perplexity());
  }

  @Override
  public void onGeneration(long step, List<Generation> generations) {
    for (int i = 0; i < generations.size(); i++) {
      Generation generation = generations.get(i);
      file.text("generation/" + i, step, Markdown.code(generation.prompt() + generation.text()));
    }
  }

  @Override
  public void onRollBack(long badStep, long step) {
    file.cutBack(step);
  }

  @Override
  public void close() {
    file.close();
  }
}
