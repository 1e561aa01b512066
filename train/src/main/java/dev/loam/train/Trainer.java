// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.SingleStage;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.part.Gradients;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains a model on batches: the loop around {@link TrainStep}. Made with {@link #builder}; the
 * model and the batches stay their owners'.
 */
public final class Trainer {
  private final Qwen3Model model;
  private final BatchSource batches;
  private final LrSchedule schedule;
  private final OptimizerOptions optimizer;
  private final LossReduction reduction;
  private final int stepOffset;
  private final long totalSteps;
  private final List<String> summary;
  private final List<TrainingListener> listeners;
  private final StepClock clock;

  private Trainer(Builder builder) {
    model = builder.model;
    batches = builder.batches;
    schedule = builder.schedule;
    optimizer = builder.optimizer;
    reduction = builder.reduction;
    stepOffset = builder.stepOffset;
    totalSteps = builder.totalSteps;
    summary = List.copyOf(builder.summary);
    listeners = List.copyOf(builder.listeners);
    clock = builder.clock;
  }

  /** Starts describing a trainer of a model. */
  public static Builder builder(Qwen3Model model, BatchSource batches) {
    return new Builder(model, batches);
  }

  /**
   * Trains. An interrupt ends it after the current step, and stays set.
   *
   * @return the metrics of the last step
   * @throws TrainingException if a step fails; weights are then those after the step before
   */
  public StepMetrics train() {
    ComputeLease lease = model.lease();
    return lease.call(
        () -> {
          try (Listeners all = new Listeners(listeners);
              Arena arena = lease.newArena(Device.cpu())) {
            return train(lease, arena, all);
          }
        });
  }

  private StepMetrics train(ComputeLease lease, Arena arena, TrainingListener listener) {
    TrainStep step = newStep(lease, arena);
    listener.onStart(summary);
    StepMetrics last = new StepMetrics(0, totalSteps, 0, 0, 0, 0, 0, 0);
    for (long done = 0; done < totalSteps && !Thread.currentThread().isInterrupted(); done++) {
      long start = System.nanoTime();
      var microBatches = batches.step(done);
      clock.ended(StepClock.Part.DATA);
      double lr = schedule.at(done + stepOffset);
      TrainStep.Outcome outcome = step.run(microBatches, lr, done + 1);
      last =
          new StepMetrics(
              done + 1,
              totalSteps,
              outcome.loss(),
              outcome.gradientNorm(),
              lr,
              microBatches.stream().mapToLong(batch -> batch.tokens()).sum(),
              (done + 1) * batches.samplesPerStep(),
              (System.nanoTime() - start) / 1e9);
      listener.onStep(last);
    }
    return last;
  }

  private TrainStep newStep(ComputeLease lease, Arena arena) {
    Gradients gradients = new Gradients(arena, model.part().weights(), weight -> {});
    return new TrainStep(
        SingleStage.training(lease, arena, model.part(), batches.maxTokens(), clock),
        gradients,
        new AdamWOptimizer(lease.kernels(), arena, gradients.weights(), optimizer),
        new GradientClip(lease.kernels(), arena, optimizer.maxGradientNorm()),
        reduction,
        clock);
  }

  /** Describes a trainer; what starts with {@code set} is required. */
  public static final class Builder {
    private final Qwen3Model model;
    private final BatchSource batches;
    private LrSchedule schedule = new LrSchedule.Constant(0, new LrSchedule.WarmUp(0, 0));
    private OptimizerOptions optimizer = new OptimizerOptions(0.9, 0.95, 1e-8, 0.1, 1);
    private LossReduction reduction = LossReduction.PER_TOKEN;
    private int stepOffset;
    private long totalSteps;
    private final List<String> summary = new ArrayList<>();
    private final List<TrainingListener> listeners = new ArrayList<>();
    private StepClock clock = StepClock.none();

    private Builder(Qwen3Model model, BatchSource batches) {
      this.model = model;
      this.batches = batches;
      this.totalSteps = batches.stepsPerEpoch();
    }

    /** The learning rate. */
    public Builder setSchedule(LrSchedule value) {
      schedule = value;
      return this;
    }

    /** AdamW's constants and the clipping norm. */
    public Builder optOptimizer(OptimizerOptions value) {
      optimizer = value;
      return this;
    }

    /** What the loss is the mean of; by default the tokens of the global batch. */
    public Builder optReduction(LossReduction value) {
      reduction = value;
      return this;
    }

    /** 0 to read the rate of step 0 at the first step, 1 to read that of step 1; by default 0. */
    public Builder optStepOffset(int value) {
      stepOffset = value;
      return this;
    }

    /** Steps to train; by default one pass over the batches. */
    public Builder optTotalSteps(long value) {
      totalSteps = value;
      return this;
    }

    /** Lines that describe the run, for listeners. */
    public Builder optSummary(List<String> lines) {
      summary.addAll(lines);
      return this;
    }

    /** A listener, closed at the end. */
    public Builder addListener(TrainingListener listener) {
      listeners.add(listener);
      return this;
    }

    /** Is told when parts of a step end. */
    public Builder optClock(StepClock value) {
      clock = value;
      return this;
    }

    /** The trainer. */
    public Trainer build() {
      return new Trainer(this);
    }
  }
}
