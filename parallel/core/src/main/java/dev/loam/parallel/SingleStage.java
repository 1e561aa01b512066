// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;

/**
 * The schedule of a pipeline of one stage, which holds the whole model: each micro batch goes
 * forward, through the head, and backward at once. Its buffers live in the given arena and are used
 * again for every micro batch. To be used on the thread of its compute lease.
 */
public final class SingleStage {
  private final ModelPart part;
  private final LossHead head;
  private final Activations activations;
  private final boolean training;
  private final StepClock clock;
  private final Tensor ids;
  private final Tensor positions;
  private final Tensor hidden;
  private final Tensor dHidden;
  private final Tensor dEmbedded;

  private SingleStage(
      ComputeLease lease,
      Arena arena,
      ModelPart part,
      int maxTokens,
      boolean training,
      StepClock clock) {
    this.part = part;
    this.clock = clock;
    this.training = training;
    this.head = part.head().orElseThrow(() -> new IllegalArgumentException("the part has no head"));
    this.activations =
        training
            ? part.newActivations(arena, maxTokens)
            : part.newInferenceActivations(arena, maxTokens);
    DType dtype = lease.computeType();
    int gradientRows = training ? maxTokens : 0;
    ids = arena.allocate(DType.I64, maxTokens);
    positions = arena.allocate(DType.I64, maxTokens);
    hidden = arena.allocate(dtype, maxTokens, part.hiddenSize());
    dHidden = arena.allocate(dtype, gradientRows, part.hiddenSize());
    dEmbedded = arena.allocate(dtype, gradientRows, part.hiddenSize());
  }

  /**
   * For forward and backward passes.
   *
   * @param maxTokens the most tokens of a micro batch
   */
  public static SingleStage training(
      ComputeLease lease, Arena arena, ModelPart part, int maxTokens, StepClock clock) {
    return new SingleStage(lease, arena, part, maxTokens, true, clock);
  }

  /** For forward passes alone, in much less memory. */
  public static SingleStage inference(
      ComputeLease lease, Arena arena, ModelPart part, int maxTokens) {
    return new SingleStage(lease, arena, part, maxTokens, false, StepClock.none());
  }

  /**
   * Runs a micro batch forward and backward.
   *
   * @param lossScale 1/n, n being the trained tokens of the global batch
   * @return the summed loss of its trained tokens, not scaled
   */
  public double forwardBackward(MicroBatch batch, double lossScale, Gradients gradients) {
    if (!training) {
      throw new IllegalStateException("made for forward passes alone");
    }
    int tokens = batch.tokens();
    Tensor in = ids(batch);
    Context context = Context.training(positions(batch), batch.cuSeqlens());
    Tensor out = hidden.rows(0, tokens);
    Tensor dOut = dHidden.rows(0, tokens);
    part.forward(in, activations, context, out);
    clock.ended(StepClock.Part.FORWARD);
    double loss = head.lossAndGradient(out, batch.labels(), lossScale, dOut, gradients);
    clock.ended(StepClock.Part.HEAD);
    part.backward(dOut, in, activations, context, dEmbedded.rows(0, tokens), gradients);
    clock.ended(StepClock.Part.BACKWARD);
    return loss;
  }

  /** The summed loss of a micro batch's trained tokens, without gradients. */
  public double loss(MicroBatch batch) {
    return head.loss(hidden(batch), batch.labels());
  }

  /** The normed hidden states [T, H] of a micro batch, until the next pass. */
  public Tensor hidden(MicroBatch batch) {
    Tensor in = ids(batch);
    Tensor out = hidden.rows(0, batch.tokens());
    Context context = Context.inference(positions(batch), batch.cuSeqlens());
    part.forward(in, activations, context, out);
    return out;
  }

  private Tensor ids(MicroBatch batch) {
    if (batch.tokens() > activations.maxTokens()) {
      throw new IllegalArgumentException(
          "a micro batch of "
              + batch.tokens()
              + " tokens for a stage of at most "
              + activations.maxTokens());
    }
    return ids.rows(0, batch.tokens()).set(batch.inputIds());
  }

  private Tensor positions(MicroBatch batch) {
    return positions.rows(0, batch.tokens()).set(batch.positions());
  }
}
