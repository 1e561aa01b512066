// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a model on batches: the loop around {@link TrainStep}, on each of the ranks the model is
 * spread over. Made with {@link #builder}; the model and the batches stay their owners'.
 */
public final class Trainer {
  private final Qwen3Model model;
  private final RankSetup setup;
  private final TrainingLoop loop;
  private final List<String> summary;
  private final List<TrainingListener> listeners;
  private Optional<RankMemory> memory = Optional.empty();

  Trainer(TrainerBuilder builder) {
    model = builder.model;
    Health health =
        new Health(
            builder.health,
            builder.spikeThreshold,
            new AbnormalNorms(builder.abnormalNorms, model.groups().world().rank() == 0));
    setup =
        new RankSetup(
            builder.optimizer,
            builder.maxGradientNorm,
            builder.reduction,
            builder.pipelineSchedule,
            builder.strict,
            builder.bucketElements,
            health,
            builder.observers,
            builder.clock);
    loop =
        new TrainingLoop(
            model,
            builder.batches,
            builder.schedule,
            builder.stepOffset,
            builder.totalSteps,
            new Evaluations(builder.heldOut, builder.prompts, builder.compares),
            new Checkpointing(
                builder.checkpoints, builder.resumed, builder.dataSkip, Map.copyOf(builder.notes)),
            builder.stopRequest,
            builder.clock);
    summary = List.copyOf(builder.summary);
    listeners = List.copyOf(builder.listeners);
  }

  /** Starts describing a trainer of a model. */
  public static TrainerBuilder builder(Qwen3Model model, DataLoader batches) {
    return new TrainerBuilder(model, batches);
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
    DataLoader batches = loop.batches();
    Checkpointing checkpointing = loop.checkpointing();
    StepTotals totals = new StepTotals(model.groups(), arena, batches.microBatches());
    try (RankSetup.Ready rank = setup.prepare(model, batches, arena, totals)) {
      memory = Optional.of(rank.memory());
      Updates updates = rank.updates();
      TrainingState start = checkpointing.restore(model, updates.optimizer(), batches);
      updates.resume(start.updates());
      listener.onStart(summary);
      try (Saving saving =
          checkpointing.begin(model, updates, check(rank, arena), start, listener)) {
        return loop.run(start, rank, totals, saving, listener);
      }
    }
  }

  /** How a state is looked at before it is saved, if anything is. */
  private Optional<StateCheck> check(RankSetup.Ready rank, Arena arena) {
    boolean saves = loop.checkpointing().target().isPresent();
    return saves && setup.health().guardsState()
        ? Optional.of(
            new StateCheck(
                model.lease(),
                arena,
                model.groups().world(),
                rank.pieces(),
                rank.updates().optimizer().state()))
        : Optional.empty();
  }

  /**
   * What this rank has allocated.
   *
   * @throws IllegalStateException before the training has started
   */
  public RankMemory memory() {
    return memory.orElseThrow(() -> new IllegalStateException("the training has not started"));
  }
}
