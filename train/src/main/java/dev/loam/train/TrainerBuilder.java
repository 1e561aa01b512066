// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.train.checkpoint.CheckpointPolicy;
import dev.loam.train.config.DataSkip;
import dev.loam.train.config.HealthConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Describes a trainer; what starts with {@code set} is required. */
public final class TrainerBuilder {
  /** 32 MB of gradients: long enough for full bandwidth, short beside a backward pass. */
  private static final long DEFAULT_BUCKET_ELEMENTS = 8L << 20;

  final Qwen3Model model;
  final DataLoader batches;
  LearningRateSchedule schedule = step -> 0;
  Optimizer.Factory optimizer = new AdamWOptions(0.9, 0.95, 1e-8, 0.1);
  double maxGradientNorm = 1;
  LossReduction reduction = LossReduction.PER_TOKEN;
  PipelineSchedule pipelineSchedule = PipelineSchedule.ONE_F_ONE_B;
  boolean strict;
  long bucketElements = DEFAULT_BUCKET_ELEMENTS;
  int stepOffset;
  long totalSteps;
  Optional<Checkpointing.Target> checkpoints = Optional.empty();
  Optional<Path> resumed = Optional.empty();
  Map<String, String> notes = Map.of();
  DataSkip dataSkip = DataSkip.NONE;
  HealthConfig health = HealthConfig.DEFAULT;
  double spikeThreshold = Double.POSITIVE_INFINITY;
  Optional<Path> abnormalNorms = Optional.empty();
  Optional<Evaluations.HeldOut> heldOut = Optional.empty();
  Optional<SamplePrompts> prompts = Optional.empty();
  boolean compares;
  StopRequest stopRequest = new StopRequest();
  final List<String> summary = new ArrayList<>();
  final List<TrainingListener> listeners = new ArrayList<>();
  RankObserver.Factory observers = RankObserver.Factory.none();
  StepClock clock = StepClock.none();

  TrainerBuilder(Qwen3Model model, DataLoader batches) {
    this.model = model;
    this.batches = batches;
    this.totalSteps = batches.stepsPerEpoch();
  }

  /** The learning rate: one of {@link LrSchedule}, or any other. */
  public TrainerBuilder setSchedule(LearningRateSchedule value) {
    schedule = value;
    return this;
  }

  /** What updates weights; by default AdamW with betas 0.9 and 0.95 and a decay of 0.1. */
  public TrainerBuilder optOptimizer(Optimizer.Factory value) {
    optimizer = value;
    return this;
  }

  /** Gradients are scaled down to this norm; infinite for no clipping, by default 1. */
  public TrainerBuilder optMaxGradientNorm(double value) {
    maxGradientNorm = value;
    return this;
  }

  /** What the loss is the mean of; by default the tokens of the global batch. */
  public TrainerBuilder optReduction(LossReduction value) {
    reduction = value;
    return this;
  }

  /** In which order a pipeline runs micro batches; by default one forward, one backward. */
  public TrainerBuilder optPipelineSchedule(PipelineSchedule value) {
    pipelineSchedule = value;
    return this;
  }

  /**
   * Whether gradients are summed in one tree over the micro batches of all replicas, so that
   * results have the same bits for every number of stages and every split of the same micro batches
   * over a power of two of replicas; by default not.
   */
  public TrainerBuilder optStrict(boolean value) {
    strict = value;
    return this;
  }

  /** Gradient elements after which replicas start to sum what is there. */
  public TrainerBuilder optBucketElements(long value) {
    bucketElements = value;
    return this;
  }

  /** 0 to read the rate of step 0 at the first step, 1 to read that of step 1; by default 0. */
  public TrainerBuilder optStepOffset(int value) {
    stepOffset = value;
    return this;
  }

  /**
   * Steps to train; by default one pass over the batches. A training that goes on with another
   * batch size ends after as many samples as these steps have of it.
   */
  public TrainerBuilder optTotalSteps(long value) {
    totalSteps = value;
    return this;
  }

  /** Saves checkpoints; by default none are saved. */
  public TrainerBuilder optCheckpoints(CheckpointFolder folder, CheckpointPolicy policy) {
    checkpoints = Optional.of(new Checkpointing.Target(folder, policy));
    return this;
  }

  /**
   * Goes on from a checkpoint, whatever ranks it was saved by: weights, moments and the place in
   * the data and in the schedule are read from it when the training starts.
   */
  public TrainerBuilder optResume(Path checkpoint) {
    resumed = Optional.of(checkpoint);
    return this;
  }

  /** Begins elsewhere in the data than at its beginning or where the checkpoint was. */
  public TrainerBuilder optDataSkip(DataSkip value) {
    dataSkip = value;
    return this;
  }

  /**
   * What is done about steps whose loss or gradients are not finite, or whose norm is a spike; by
   * default the former end the training.
   *
   * @param threshold gradient norms at or above it are spikes
   */
  public TrainerBuilder optHealth(HealthConfig value, double threshold) {
    health = value;
    spikeThreshold = threshold;
    return this;
  }

  /** Where spikes that end the training are noted, and let through when it goes on. */
  public TrainerBuilder optAbnormalNorms(Path file) {
    abnormalNorms = Optional.of(file);
    return this;
  }

  /** Evaluates the model between steps, on data that stays its owner's. */
  public TrainerBuilder optEvaluation(EvaluationData data, EvaluationPolicy policy) {
    heldOut = Optional.of(new Evaluations.HeldOut(data, policy));
    return this;
  }

  /** Lets the model continue texts between steps. */
  public TrainerBuilder optSamples(SamplePrompts value) {
    prompts = Optional.of(value);
    return this;
  }

  /** What checkpoints say of the run beside its place, such as the seed. */
  public TrainerBuilder optNotes(Map<String, String> value) {
    notes = value;
    return this;
  }

  /**
   * Whether the model is also evaluated, and lets texts be continued, before the first step and
   * after the last one; by default only when {@link EvaluationPolicy} says so.
   */
  public TrainerBuilder optCompares(boolean value) {
    compares = value;
    return this;
  }

  /** Ends the training early when it is asked to. */
  public TrainerBuilder optStopRequest(StopRequest value) {
    stopRequest = value;
    return this;
  }

  /** Lines that describe the run, for listeners. */
  public TrainerBuilder optSummary(List<String> lines) {
    summary.addAll(lines);
    return this;
  }

  /** A listener, closed at the end. */
  public TrainerBuilder addListener(TrainingListener listener) {
    listeners.add(listener);
    return this;
  }

  /** What looks at each rank between gradients and update. */
  public TrainerBuilder optObserver(RankObserver.Factory value) {
    observers = value;
    return this;
  }

  /** Is told when parts of a step end. */
  public TrainerBuilder optClock(StepClock value) {
    clock = value;
    return this;
  }

  /** The trainer. */
  public Trainer build() {
    return new Trainer(this);
  }
}
