// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.gradients.GlobalNorm;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.pipeline.StagePlan;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.Weight;
import dev.loam.train.checkpoint.OptimizerState;
import java.util.List;
import java.util.Optional;

/**
 * How one rank trains: what its steps are made of.
 *
 * @param maxGradientNorm gradients are scaled down to it; infinite for no clipping
 * @param strict whether gradients are summed in one tree over the micro batches of all replicas
 * @param bucketElements gradient elements after which replicas start to sum what is there
 */
record RankSetup(
    Optimizer.Factory optimizer,
    double maxGradientNorm,
    LossReduction lossReduction,
    PipelineSchedule pipelineSchedule,
    boolean strict,
    long bucketElements,
    Health health,
    RankObserver.Factory observers,
    StepClock clock) {

  /** A rank that is ready for its first step. */
  record Ready(
      TrainStep step,
      Updates updates,
      List<OwnedPiece> pieces,
      RankObserver observer,
      RankMemory memory)
      implements AutoCloseable {
    @Override
    public void close() {
      observer.close();
    }
  }

  /** Allocates what steps need. */
  Ready prepare(Qwen3Model model, DataLoader batches, Arena arena, StepTotals totals) {
    ComputeLease lease = model.lease();
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
    long before = arena.allocatedBytes();
    Pipeline pipeline =
        Pipeline.of(
            StagePlan.of(layout, groups.position().stage(), pipelineSchedule),
            groups.pipeline(),
            model.parts(),
            lease,
            arena,
            batches.maxTokens(),
            clock);
    long activations = arena.allocatedBytes() - before;
    Updates updates = new Updates(optimizer.create(kernels, arena, reduction.owned()));
    RankObserver observer =
        observers.create(
            new RankObserver.Rank(
                kernels, arena, groups, reduction.owned(), updates.optimizer().state()));
    GlobalNorm norm = new GlobalNorm(kernels, arena, groups.world(), reduction.owned());
    TrainStep step =
        new TrainStep(
            groups.position().data(),
            totals,
            pipeline,
            gradients,
            reduction,
            norm,
            new GradientClip(maxGradientNorm),
            updates,
            lossReduction,
            health,
            observer,
            clock);
    long moments = updates.optimizer().state().stream().mapToLong(OptimizerState::bytes).sum();
    RankMemory memory = memory(model, arena, gradients.bytes(), moments, activations);
    return new Ready(step, updates, reduction.owned(), observer, memory);
  }

  private static RankMemory memory(
      Qwen3Model model, Arena arena, long gradients, long moments, long activations) {
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
    long all = model.arena().allocatedBytes() + arena.allocatedBytes();
    return new RankMemory(
        weights,
        gradients,
        moments,
        activations,
        model.scratchBytes(),
        logits,
        all - weights - gradients - moments - activations - logits);
  }
}
