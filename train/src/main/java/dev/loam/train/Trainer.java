// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.gradients.GlobalNorm;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.pipeline.StagePlan;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trains a model on batches: the loop around {@link TrainStep}, on each of the ranks the model is
 * spread over. Made with {@link #builder}; the model and the batches stay their owners'.
 */
public final class Trainer {
  /** 32 MB of gradients: long enough for full bandwidth, short beside a backward pass. */
  private static final long DEFAULT_BUCKET_ELEMENTS = 8L << 20;

  private final Qwen3Model model;
  private final BatchSource batches;
  private final LrSchedule schedule;
  private final OptimizerOptions optimizer;
  private final LossReduction lossReduction;
  private final PipelineSchedule pipelineSchedule;
  private final boolean strict;
  private final long bucketElements;
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
    optimizer = builder.optimizer;
    lossReduction = builder.reduction;
    pipelineSchedule = builder.pipelineSchedule;
    strict = builder.strict;
    bucketElements = builder.bucketElements;
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
   * Trains; all ranks of the model call it. An interrupt of any rank ends it after the current
   * step, and stays set.
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
            return trainOrAbort(lease, arena, all);
          }
        });
  }

  /** No rank may work on memory of one that failed, so the others stop before it is freed. */
  private StepMetrics trainOrAbort(ComputeLease lease, Arena arena, TrainingListener listener) {
    try {
      return train(lease, arena, listener);
    } catch (RuntimeException | Error e) {
      if (model.groups().world().size() > 1) {
        model.groups().world().abort(e);
      }
      throw e;
    }
  }

  private StepMetrics train(ComputeLease lease, Arena arena, TrainingListener listener) {
    StepTotals totals = new StepTotals(model.groups(), arena, batches.microBatches());
    TrainStep step = newStep(lease, arena, totals);
    listener.onStart(summary);
    StepMetrics last = new StepMetrics(0, totalSteps, 0, 0, 0, 0, 0, 0);
    for (long done = 0; done < totalSteps && !totals.anyStops(isInterrupted()); done++) {
      long start = System.nanoTime();
      List<MicroBatch> own = batches.step(done);
      clock.ended(StepClock.Part.DATA);
      double lr = schedule.at(done + stepOffset);
      TrainStep.Outcome outcome = step.run(own, lr, done + 1);
      last =
          new StepMetrics(
              done + 1,
              totalSteps,
              outcome.loss(),
              outcome.gradientNorm(),
              lr,
              outcome.tokens(),
              (done + 1) * batches.samplesPerStep(),
              (System.nanoTime() - start) / 1e9);
      listener.onStep(last);
    }
    return last;
  }

  /**
   * What this rank has allocated.
   *
   * @throws IllegalStateException before the training has started
   */
  public RankMemory memory() {
    return memory.orElseThrow(() -> new IllegalStateException("the training has not started"));
  }

  private static boolean isInterrupted() {
    return Thread.currentThread().isInterrupted();
  }

  private TrainStep newStep(ComputeLease lease, Arena arena, StepTotals totals) {
    Kernels kernels = lease.kernels();
    RankGroups groups = model.groups();
    Layout layout = groups.layout().withMicroBatches(batches.microBatches());
    List<Weight> weights = model.weights();
    Gradients gradients =
        strict
            ? Gradients.inTree(arena, kernels::add, weights, batches.microBatches())
            : new Gradients(arena, weights);
    Optional<Weight> shared =
        model.parts().stream().flatMap(part -> part.sharedWeight().stream()).findFirst();
    GradientReduction reduction =
        new GradientReduction(kernels, gradients, groups, shared, bucketElements);
    Pipeline pipeline =
        Pipeline.of(
            StagePlan.of(layout, groups.position().stage(), pipelineSchedule),
            groups.pipeline(),
            model.parts(),
            lease,
            arena,
            batches.maxTokens(),
            clock);
    AdamWOptimizer adamW = new AdamWOptimizer(kernels, arena, reduction.owned(), optimizer);
    memory = Optional.of(memory(gradients, adamW));
    return new TrainStep(
        groups.position().data(),
        totals,
        pipeline,
        gradients,
        reduction,
        new GlobalNorm(kernels, arena, groups.world(), reduction.owned()),
        new GradientClip(optimizer.maxGradientNorm()),
        adamW,
        lossReduction,
        clock);
  }

  private RankMemory memory(Gradients gradients, AdamWOptimizer adamW) {
    long weights =
        model.weights().stream()
            .distinct()
            .mapToLong(weight -> weight.value().elements() * weight.value().dtype().bytes())
            .sum();
    long logits =
        model.parts().stream()
            .flatMap(part -> part.head().stream())
            .mapToLong(LossHead::logitBytes)
            .sum();
    return new RankMemory(weights, gradients.bytes(), adamW.momentBytes(), logits);
  }

  /** Describes a trainer; what starts with {@code set} is required. */
  public static final class Builder {
    private final Qwen3Model model;
    private final BatchSource batches;
    private LrSchedule schedule = new LrSchedule.Constant(0, new LrSchedule.WarmUp(0, 0));
    private OptimizerOptions optimizer = new OptimizerOptions(0.9, 0.95, 1e-8, 0.1, 1);
    private LossReduction reduction = LossReduction.PER_TOKEN;
    private PipelineSchedule pipelineSchedule = PipelineSchedule.ONE_F_ONE_B;
    private boolean strict;
    private long bucketElements = DEFAULT_BUCKET_ELEMENTS;
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
