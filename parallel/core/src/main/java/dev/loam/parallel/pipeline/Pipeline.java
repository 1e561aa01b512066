// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the micro batches of a training step through one stage of a pipeline, forward and backward,
 * in the order of its schedule. All stages of the pipeline run together, each with the same micro
 * batches. Its buffers live in the given arena and are used again in every step. To be used on the
 * thread of its compute lease.
 *
 * <p>Gradients are bit for bit the same under every schedule and number of stages: each part's
 * backward passes run in the order of the micro batches, and on the last virtual stage each starts
 * with the head, so that a weight used there and in the embedding of the same part receives the
 * head's contribution first.
 *
 * <p>Failure is fail-stop: an exception in a step aborts the group, and with it the whole context
 * of its ranks.
 */
public final class Pipeline {
  private final StagePlan plan;
  private final List<Action> actions;
  private final Optional<ProcessGroup> group;
  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Buffer> dIns = new ArrayList<>();
  private final int maxTokens;
  private final StepClock clock;
  private PipelineListener listener = (action, startNanos, endNanos) -> {};
  private long backwardPasses;

  private Pipeline(
      StagePlan plan,
      Optional<ProcessGroup> group,
      List<ModelPart> parts,
      ComputeLease lease,
      Arena arena,
      int maxTokens,
      StepClock clock) {
    requireFits(plan, parts);
    this.plan = plan;
    this.actions = plan.actions();
    this.group = group;
    this.maxTokens = maxTokens;
    this.clock = clock;
    for (int i = 0; i < parts.size(); i++) {
      int chunk = i;
      Optional<Link> previous =
          plan.isFirst(i) ? Optional.empty() : group.map(g -> Link.toPrevious(plan, chunk, g));
      Optional<Link> next =
          plan.isLast(i) ? Optional.empty() : group.map(g -> Link.toNext(plan, chunk, g));
      ChunkBuffers buffers =
          new ChunkBuffers(plan, i, parts.get(i), maxTokens, arena, lease.computeType());
      chunks.add(new Chunk(parts.get(i), previous, next, buffers, clock));
    }
    // Two, so that one is written while the other is sent.
    ModelPart part = parts.get(0);
    long rows = part.residualRows(maxTokens);
    for (int i = 0; i < Math.min(plan.stages(), 2); i++) {
      dIns.add(new Buffer(arena.allocate(lease.computeType(), rows, part.hiddenSize())));
    }
  }

  /**
   * A stage of a pipeline.
   *
   * @param group the stages in order; nobody else sends or receives in it
   * @param parts the stage's parts of the model, one for each virtual stage, in the order of the
   *     model; part c of stage s is virtual stage c * pp + s
   * @param maxTokens the most tokens of a micro batch
   * @throws IllegalArgumentException if plan, group and parts do not belong together
   */
  public static Pipeline of(
      StagePlan plan,
      ProcessGroup group,
      List<ModelPart> parts,
      ComputeLease lease,
      Arena arena,
      int maxTokens,
      StepClock clock) {
    if (group.size() != plan.stages() || group.rank() != plan.stage()) {
      throw new IllegalArgumentException(
          String.format(
              "stage %d of %d cannot be rank %d of the %d of group %s",
              plan.stage(), plan.stages(), group.rank(), group.size(), group.name()));
    }
    Optional<ProcessGroup> others = plan.stages() == 1 ? Optional.empty() : Optional.of(group);
    return new Pipeline(plan, others, parts, lease, arena, maxTokens, clock);
  }

  /**
   * The only stage, which holds the whole model; it communicates with nobody.
   *
   * @param microBatches of a step
   * @param maxTokens the most tokens of a micro batch
   */
  public static Pipeline single(
      int microBatches,
      ModelPart model,
      ComputeLease lease,
      Arena arena,
      int maxTokens,
      StepClock clock) {
    StagePlan plan = StagePlan.single(microBatches);
    return new Pipeline(plan, Optional.empty(), List.of(model), lease, arena, maxTokens, clock);
  }

  private static void requireFits(StagePlan plan, List<ModelPart> parts) {
    if (parts.size() != plan.virtualStages()) {
      throw new IllegalArgumentException(
          String.format(
              "%d parts for the %d virtual stages of a stage", parts.size(), plan.virtualStages()));
    }
    int last = parts.size() - 1;
    if (plan.isLast(last) && parts.get(last).head().isEmpty()) {
      throw new IllegalArgumentException("the last part has no head");
    }
  }

  /** Names who is told of each pass. */
  public void listener(PipelineListener listener) {
    this.listener = listener;
  }

  /**
   * Runs the micro batches of a step.
   *
   * @param batches the same on all stages
   * @param scales what the loss of each is multiplied with for its gradients: 1/n, n being the
   *     trained tokens of the global batch
   * @param gradients of the weights of all parts, begun for that many micro batches
   * @return the summed loss of each micro batch, not scaled; on other stages than the last zeros
   */
  public double[] run(List<MicroBatch> batches, double[] scales, Gradients gradients) {
    requireReady(batches, scales);
    try {
      return run(batches, scales, gradients, new double[batches.size()]);
    } catch (RuntimeException | Error e) {
      // Messages are under way, whose memory the caller may free.
      group.ifPresent(stages -> stages.abort(e));
      throw e;
    }
  }

  private double[] run(
      List<MicroBatch> batches, double[] scales, Gradients gradients, double[] losses) {
    chunks.forEach(chunk -> chunk.begin(batches));
    for (Action action : actions) {
      if (action.kind() == Action.Kind.FORWARD) {
        forward(action);
      } else {
        losses[action.microBatch()] += backward(action, scales[action.microBatch()], gradients);
      }
    }
    chunks.forEach(Chunk::finish);
    dIns.forEach(Buffer::await);
    waited();
    return losses;
  }

  private void forward(Action action) {
    Chunk chunk = chunks.get(action.chunk());
    int i = action.microBatch();
    chunk.awaitForward(i);
    waited();
    long start = System.nanoTime();
    chunk.forward(i);
    listener.computed(action, start, System.nanoTime());
    chunk.sendOutput(i);
  }

  private double backward(Action action, double scale, Gradients gradients) {
    Chunk chunk = chunks.get(action.chunk());
    int i = action.microBatch();
    Buffer dIn = dIns.get((int) (backwardPasses++ % dIns.size()));
    chunk.awaitBackward(i, dIn);
    waited();
    long start = System.nanoTime();
    double loss = chunk.backward(i, scale, dIn, gradients);
    listener.computed(action, start, System.nanoTime());
    chunk.sendGradient(i, dIn);
    return loss;
  }

  private void waited() {
    if (group.isPresent()) {
      clock.ended(StepClock.Part.COMMUNICATION);
    }
  }

  private void requireReady(List<MicroBatch> batches, double[] scales) {
    if (batches.size() != plan.microBatches() || scales.length != plan.microBatches()) {
      throw new IllegalArgumentException(
          String.format(
              "%d micro batches and %d scales for a step of %d micro batches",
              batches.size(), scales.length, plan.microBatches()));
    }
    for (MicroBatch batch : batches) {
      if (batch.tokens() > maxTokens) {
        throw new IllegalArgumentException(
            String.format(
                "a micro batch of %d tokens for a stage of at most %d", batch.tokens(), maxTokens));
      }
    }
  }
}
