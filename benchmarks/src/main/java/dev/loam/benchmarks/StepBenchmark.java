// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.ComputeLease;
import dev.loam.train.LrSchedule;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import dev.loam.train.TrainingListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Trains a randomly initialised model on random tokens, one micro batch a step, and says where the
 * time went and how far from the bound of the matrix products it was.
 *
 * @param config the model
 * @param sequenceLength tokens of a row
 * @param batchSize rows of a step
 * @param steps timed steps
 * @param warmUpSteps steps before those, not timed
 */
public record StepBenchmark(
    Qwen3Config config, int sequenceLength, int batchSize, int steps, int warmUpSteps) {
  private static final int HEAD_CHUNK_ROWS = 256;

  /**
   * The result; times are medians over the timed steps, in seconds.
   *
   * @param stepSeconds of each timed step
   * @param losses of all steps
   * @param partSeconds by part of the step
   * @param boundTokensPerSecond what the matrix products alone would allow
   * @param minorFaultsPerStep mean over the timed steps
   */
  public record Result(
      double tokensPerSecond,
      List<Double> stepSeconds,
      List<Double> losses,
      Map<StepClock.Part, Double> partSeconds,
      double boundTokensPerSecond,
      OptionalDouble peakRssGib,
      OptionalDouble minorFaultsPerStep) {
    /** Copies the collections. */
    public Result {
      stepSeconds = List.copyOf(stepSeconds);
      losses = List.copyOf(losses);
      partSeconds = Map.copyOf(partSeconds);
    }

    /** The share of the bound that was reached. */
    public double boundRatio() {
      return tokensPerSecond / boundTokensPerSecond;
    }
  }

  /**
   * Runs the benchmark.
   *
   * @param progress is given a line after each step
   */
  public Result run(ComputeLease lease, Consumer<String> progress) {
    Recorder recorder = new Recorder(progress);
    int total = warmUpSteps + steps;
    try (Qwen3Model model = Qwen3Model.allocate(lease, config, HEAD_CHUNK_ROWS);
        RandomBatches batches =
            new RandomBatches(batchSize, sequenceLength, config.vocabSize(), total)) {
      model.initialize(1);
      Trainer.builder(model, batches)
          .setSchedule(new LrSchedule.Constant(1e-5, new LrSchedule.WarmUp(0, 0)))
          .optClock(recorder)
          .addListener(recorder)
          .build()
          .train();
    }
    OptionalDouble peak = ProcessMemory.peakGib();
    int tokens = batchSize * sequenceLength;
    double bound = tokens / GemmBound.seconds(lease, config, tokens, HEAD_CHUNK_ROWS);
    return recorder.result(tokens, bound, peak);
  }

  /** Notes times step by step. */
  private final class Recorder implements StepClock, TrainingListener {
    private final Consumer<String> progress;
    private final List<Double> stepSeconds = new ArrayList<>();
    private final List<Double> losses = new ArrayList<>();
    private final Map<Part, List<Double>> partSeconds = new EnumMap<>(Part.class);
    private OptionalLong faultsAtStart = OptionalLong.empty();
    private OptionalLong faultsAtEnd = OptionalLong.empty();
    private long last;

    Recorder(Consumer<String> progress) {
      this.progress = progress;
    }

    @Override
    public void onStart(List<String> summary) {
      last = System.nanoTime();
      noteFaults(0);
    }

    @Override
    public void ended(Part part) {
      long now = System.nanoTime();
      partSeconds.computeIfAbsent(part, p -> new ArrayList<>()).add((now - last) / 1e9);
      last = now;
    }

    @Override
    public void onStep(StepMetrics metrics) {
      losses.add(metrics.loss());
      if (metrics.step() > warmUpSteps) {
        stepSeconds.add(metrics.seconds());
      }
      noteFaults(metrics.step());
      progress.accept(
          String.format(
              "step %d: %.3f s, loss %.4f", metrics.step(), metrics.seconds(), metrics.loss()));
      last = System.nanoTime();
    }

    private void noteFaults(long step) {
      if (step == warmUpSteps) {
        faultsAtStart = ProcessMemory.minorFaults();
      }
      faultsAtEnd = ProcessMemory.minorFaults();
    }

    Result result(int tokens, double bound, OptionalDouble peak) {
      Map<Part, Double> parts = new EnumMap<>(Part.class);
      partSeconds.forEach(
          (part, seconds) -> parts.put(part, median(seconds.subList(warmUpSteps, seconds.size()))));
      OptionalDouble faults =
          faultsAtStart.isPresent() && faultsAtEnd.isPresent()
              ? OptionalDouble.of(
                  (double) (faultsAtEnd.getAsLong() - faultsAtStart.getAsLong()) / steps)
              : OptionalDouble.empty();
      return new Result(
          tokens / median(stepSeconds), stepSeconds, losses, parts, bound, peak, faults);
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
