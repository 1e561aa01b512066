// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tensor.ComputeLease;
import dev.loam.train.ConsoleListener;
import dev.loam.train.Evaluation;
import dev.loam.train.Generation;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingListener;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.machine.MatrixRate;
import dev.loam.train.monitor.ModelFlops;
import dev.loam.train.monitor.StepText;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Tells of a training on standard error: lines, and on a terminal a bar below them. */
final class TrainingConsole implements TrainingListener {
  /** Of smaller models the share of the machine's speed says nothing, nor is it worth measuring. */
  private static final double LEAST_FLOPS_OF_TOKEN = 1e6;

  private final ProgressBar bar;
  private final ConsoleListener lines;
  private boolean isFirst = true;

  private TrainingConsole(Streams streams, StepText text) {
    bar = new ProgressBar(streams, "training", ProgressBar.Unit.STEPS);
    lines = new ConsoleListener(bar::say, text);
  }

  /**
   * Tells of a run in the words that its configuration asks for.
   *
   * @param lease measures how fast this machine multiplies matrices, before anything else runs
   * @param leases as many like it compute for the run
   */
  static TrainingConsole of(
      Streams streams, TrainingConfig config, ComputeLease lease, int leases) {
    ModelFlops flops = ModelFlops.of(config);
    int ranks = config.parallel().layout().worldSize();
    if (config.lossMonitor().isPresent()) {
      int everySteps = config.lossMonitor().get();
      return new TrainingConsole(streams, StepText.mindFormers(flops, ranks, everySteps));
    }
    OptionalDouble rate = OptionalDouble.empty();
    if (flops.perToken() >= LEAST_FLOPS_OF_TOKEN) {
      double measured = leases * MatrixRate.measure(lease);
      streams.say(
          String.format(Locale.ROOT, "machine: %.3f TFLOP/s in matrix products", measured / 1e12));
      rate = OptionalDouble.of(measured);
    }
    return new TrainingConsole(streams, StepText.brief(flops, rate));
  }

  @Override
  public void onStart(List<String> summary) {
    lines.onStart(summary);
  }

  @Override
  public void onStep(StepMetrics metrics) {
    if (isFirst) {
      isFirst = false;
      bar.skip(metrics.step() - 1);
    }
    lines.onStep(metrics);
    bar.update(metrics.step(), metrics.totalSteps());
  }

  @Override
  public void onCheckpoint(long step, Path checkpoint) {
    lines.onCheckpoint(step, checkpoint);
  }

  @Override
  public void onEvaluation(Evaluation evaluation) {
    lines.onEvaluation(evaluation);
  }

  @Override
  public void onGeneration(long step, List<Generation> generations) {
    lines.onGeneration(step, generations);
  }

  @Override
  public void onRollBack(long badStep, long step) {
    lines.onRollBack(badStep, step);
  }

  @Override
  public void close() {
    bar.close();
    lines.close();
  }
}
