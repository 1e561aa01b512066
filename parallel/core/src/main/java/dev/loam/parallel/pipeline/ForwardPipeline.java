// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Forward passes through the stages of a pipeline, without gradients, in much less memory than
 * training needs. All stages run together, each with the same micro batches. To be used on the
 * thread of its compute lease, between the steps of a training.
 */
public final class ForwardPipeline {
  private final List<Stage> stages = new ArrayList<>();
  private final Tensor positions;
  private final Tensor ids;
  private long passes;

  /** A virtual stage: its part, its neighbours and what it receives and gives. */
  private record Stage(
      ModelPart part,
      Optional<Link> previous,
      Optional<Link> next,
      Activations activations,
      Buffer in,
      Buffer out) {}

  /**
   * Allocates the buffers.
   *
   * @param plan tells the place of this stage
   * @param group the stages in order; nobody else sends or receives in it meanwhile
   * @param parts the stage's parts of the model, one for each virtual stage
   * @param maxTokens the most tokens of a micro batch
   */
  public ForwardPipeline(
      StagePlan plan,
      ProcessGroup group,
      List<ModelPart> parts,
      ComputeLease lease,
      Arena arena,
      int maxTokens) {
    positions = arena.allocate(DType.I64, maxTokens);
    ids = arena.allocate(DType.I64, maxTokens);
    for (int i = 0; i < parts.size(); i++) {
      ModelPart part = parts.get(i);
      long rows = part.residualRows(maxTokens);
      stages.add(
          new Stage(
              part,
              plan.isFirst(i) ? Optional.empty() : Optional.of(Link.toPrevious(plan, i, group)),
              plan.isLast(i) ? Optional.empty() : Optional.of(Link.toNext(plan, i, group)),
              part.newInferenceActivations(arena, maxTokens),
              new Buffer(arena.allocate(lease.computeType(), rows, part.hiddenSize())),
              new Buffer(arena.allocate(lease.computeType(), rows, part.hiddenSize()))));
    }
  }

  /** The summed loss of a micro batch's trained tokens on the last stage; 0 on others. */
  public double loss(MicroBatch batch) {
    Optional<Tensor> hidden = hidden(batch);
    return hidden.isPresent() ? head().loss(hidden.get(), batch.labels()) : 0;
  }

  /**
   * The head of the last stage.
   *
   * @throws java.util.NoSuchElementException on others
   */
  public LossHead head() {
    return stages.get(stages.size() - 1).part.head().orElseThrow();
  }

  /** The normed hidden states of a micro batch on the last stage, until the next pass. */
  public Optional<Tensor> hidden(MicroBatch batch) {
    int tokens = batch.tokens();
    int number = (int) (passes++ % Integer.MAX_VALUE);
    Tensor at = positions.rows(0, tokens).set(batch.positions());
    Context context = Context.inference(at, batch.cuSeqlens());
    Optional<Tensor> last = Optional.empty();
    for (Stage stage : stages) {
      long rows = stage.part.residualRows(tokens);
      Tensor in = stage.in.rows(rows);
      if (stage.previous.isPresent()) {
        stage.in.started(stage.previous.get().receive(in, Action.Kind.FORWARD, number));
        stage.in.await();
      } else {
        in = ids.rows(0, tokens).set(batch.inputIds());
      }
      stage.out.await();
      Tensor out = stage.out.rows(rows);
      stage.part.forward(in, stage.activations, context, out);
      stage.next.ifPresent(link -> stage.out.started(link.send(out, Action.Kind.FORWARD, number)));
      last = stage.next.isPresent() ? Optional.empty() : Optional.of(out);
    }
    return last;
  }

  /** Waits until all that was sent has been received; the arena may be closed then. */
  public void finish() {
    stages.forEach(stage -> stage.out.await());
  }
}
