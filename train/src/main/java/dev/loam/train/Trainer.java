// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a model on batches: the loop around {@link TrainStep}, on each of the ranks the model is
 * spread over. Made with {@link #builder}; the model and the batches stay their owners'.
 */
public final class Trainer {
  /** 32 MB of gradients: long enough for full bandwidth, short beside a backward pass. */
  private static final long DEFAULT_BUCKET_ELEMENTS = 8L << 20;

  private final Qwen3Model model;
  private final DataLoader batches;
  private final LearningRateSchedule schedule;
  private final RankSetup setup;
  private final Checkpointing checkpointing;
  private final StopRequest stopRequest;
  private final int stepOffset;
  private final long totalSteps;
  private final List<String> summary;
  private final List<TrainingListener> listeners;
  private final StepClock clock;
  private Optional<RankMemory> memory = Optional.empty();

  private Trainer(Builder builder) {
    model = builder.model;
    batches = builder.batches;
    schedule = builder.schedule;
    setup =
        new RankSetup(
            builder.optimizer,
            builder.maxGradientNorm,
            builder.reduction,
            builder.pipelineSchedule,
            builder.strict,
            builder.bucketElements,
            builder.observers,
            builder.clock);
    checkpointing =
        new Checkpointing(builder.checkpoints, builder.resumed, Map.copyOf(builder.notes));
    stopRequest = builder.stopRequest;
    stepOffset = builder.stepOffset;
    totalSteps = builder.totalSteps;
    summary = List.copyOf(builder.summary);
    listeners = List.copyOf(builder.listeners);
    clock = builder.clock;
  }

  /** Starts describing a trainer of a model. */
  public static Builder builder(Qwen3Model model, DataLoader batches) {
    return new Builder(model, batches);
  }

  /**
   * Trains; all ranks of the model call it. An interrupt of any rank, or a {@link StopRequest},
   * ends it after the current step; an interrupt stays set. When checkpoints are saved, the state
   * at the end is.
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
            return trainOrAbort(arena, all);
          }
        });
  }

  /** No rank may work on memory of one that failed, so the others stop before it is freed. */
  private StepMetrics trainOrAbort(Arena arena, TrainingListener listener) {
    try {
      return train(arena, listener);
    } catch (RuntimeException | Error e) {
      if (model.groups().world().size() > 1) {
        model.groups().world().abort(e);
      }
      throw e;
    }
  }

  private StepMetrics train(Arena arena, TrainingListener listener) {
    StepTotals totals = new StepTotals(model.groups(), arena, batches.microBatches());
    try (RankSetup.Ready rank = setup.prepare(model, batches, arena, totals)) {
      memory = Optional.of(rank.memory());
      TrainingState start = checkpointing.restore(model, rank.updates().optimizer());
      rank.updates().resume(start.step());
      listener.onStart(summary);
      try (Saving saving = checkpointing.begin(model, rank.updates(), start, listener)) {
        return train(rank, totals, start, saving, listener);
      }
    }
  }

  private StepMetrics train(
      RankSetup.Ready rank,
      StepTotals totals,
      TrainingState start,
      Saving saving,
      TrainingListener listener) {
    TrainingState state = start;
    long ahead = start.stepsAhead(batches);
    long lastStep = totalSteps + ahead;
    StepMetrics last = StepMetrics.before(start, batches, lastStep);
    try {
      while (!saving.betweenSteps(state, totals, stops()) && state.step() < lastStep) {
        StepEvent event = StepEvent.begun(model.groups().world().rank());
        long began = System.nanoTime();
        List<MicroBatch> own = batches.step(state.cursor().start(batches));
        event.dataRead();
        clock.ended(StepClock.Part.DATA);
        double lr = schedule.at(state.step() - ahead + stepOffset);
        TrainStep.Outcome outcome = rank.step().run(own, lr, state.step() + 1);
        state = state.next(batches, outcome.loss());
        last = StepMetrics.of(state, batches, lastStep, outcome, lr, System.nanoTime() - began);
        event.ended(last);
        listener.onStep(last);
      }
    } catch (RuntimeException e) {
      if (isSound(rank, state, e)) {
        saving.onFailure(state, e);
      }
      throw e;
    }
    saving.atEnd(state);
    return last;
  }

  /**
   * Whether weights and the optimizer's state are those after the last whole step, on all ranks:
   * nothing had been updated, and either there is one rank or all have met the same.
   */
  private boolean isSound(RankSetup.Ready rank, TrainingState state, RuntimeException failure) {
    boolean common = model.groups().world().size() == 1 || failure instanceof TrainingException;
    return common && rank.updates().begun() == state.step();
  }

  private boolean stops() {
    return Thread.currentThread().isInterrupted() || stopRequest.isRequested();
  }

  /**
   * What this rank has allocated.
   *
   * @throws IllegalStateException before the training has started
   */
  public RankMemory memory() {
    return memory.orElseThrow(() -> new IllegalStateException("the training has not started"));
  }

  /** Describes a trainer; what starts with {@code set} is required. */
  public static final class Builder {
    private final Qwen3Model model;
    private final DataLoader batches;
    private LearningRateSchedule schedule = step -> 0;
    private Optimizer.Factory optimizer = new AdamWOptions(0.9, 0.95, 1e-8, 0.1);
    private double maxGradientNorm = 1;
    private LossReduction reduction = LossReduction.PER_TOKEN;
    private PipelineSchedule pipelineSchedule = PipelineSchedule.ONE_F_ONE_B;
    private boolean strict;
    private long bucketElements = DEFAULT_BUCKET_ELEMENTS;
    private int stepOffset;
    private long totalSteps;
    private Optional<Checkpointing.Target> checkpoints = Optional.empty();
    private Optional<Path> resumed = Optional.empty();
    private Map<String, String> notes = Map.of();
    private StopRequest stopRequest = new StopRequest();
    private final List<String> summary = new ArrayList<>();
    private final List<TrainingListener> listeners = new ArrayList<>();
    private RankObserver.Factory observers = RankObserver.Factory.none();
    private StepClock clock = StepClock.none();

    private Builder(Qwen3Model model, DataLoader batches) {
      this.model = model;
      this.batches = batches;
      this.totalSteps = batches.stepsPerEpoch();
    }

    /** The learning rate: one of {@link LrSchedule}, or any other. */
    public Builder setSchedule(LearningRateSchedule value) {
      schedule = value;
      return this;
    }

    /** What updates weights; by default AdamW with betas 0.9 and 0.95 and a decay of 0.1. */
    public Builder optOptimizer(Optimizer.Factory value) {
      optimizer = value;
      return this;
    }

    /** Gradients are scaled down to this norm; infinite for no clipping, by default 1. */
    public Builder optMaxGradientNorm(double value) {
      maxGradientNorm = value;
      return this;
    }

    /** What the loss is the mean of; by default the tokens of the global batch. */
    public Builder optReduction(LossReduction value) {
      reduction = value;
      return this;
    }

    /** In which order a pipeline runs micro batches; by default one forward, one backward. */
    public Builder optPipelineSchedule(PipelineSchedule value) {
      pipelineSchedule = value;
      return this;
    }

    /**
     * Whether gradients are summed in one tree over the micro batches of all replicas, so that
     * results have the same bits for every number of stages and every split of the same micro
     * batches over a power of two of replicas; by default not.
     */
    public Builder optStrict(boolean value) {
      strict = value;
      return this;
    }

    /** Gradient elements after which replicas start to sum what is there. */
    public Builder optBucketElements(long value) {
      bucketElements = value;
      return this;
    }

    /** 0 to read the rate of step 0 at the first step, 1 to read that of step 1; by default 0. */
    public Builder optStepOffset(int value) {
      stepOffset = value;
      return this;
    }

    /**
     * Steps to train; by default one pass over the batches. A training that goes on with another
     * batch size ends after as many samples as these steps have of it.
     */
    public Builder optTotalSteps(long value) {
      totalSteps = value;
      return this;
    }

    /** Saves checkpoints; by default none are saved. */
    public Builder optCheckpoints(CheckpointFolder folder, CheckpointPolicy policy) {
      checkpoints = Optional.of(new Checkpointing.Target(folder, policy));
      return this;
    }

    /**
     * Goes on from a checkpoint, whatever ranks it was saved by: weights, moments and the place in
     * the data and in the schedule are read from it when the training starts.
     */
    public Builder optResume(Path checkpoint) {
      resumed = Optional.of(checkpoint);
      return this;
    }

    /** What checkpoints say of the run beside its place, such as the seed. */
    public Builder optNotes(Map<String, String> value) {
      notes = value;
      return this;
    }

    /** Ends the training early when it is asked to. */
    public Builder optStopRequest(StopRequest value) {
      stopRequest = value;
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

    /** What looks at each rank between gradients and update. */
    public Builder optObserver(RankObserver.Factory value) {
      observers = value;
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
