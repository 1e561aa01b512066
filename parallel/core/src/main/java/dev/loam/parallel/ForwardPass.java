// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;

/**
 * Forward passes of a whole model, without gradients, in much less memory than training needs. Its
 * buffers live in the given arena and are used again for every micro batch. To be used on the
 * thread of its compute lease.
 */
public final class ForwardPass {
  private final ModelPart part;
  private final LossHead head;
  private final Activations activations;
  private final Tensor ids;
  private final Tensor positions;
  private final Tensor hidden;

  /**
   * Allocates the buffers.
   *
   * @param part all of a model
   * @param maxTokens the most tokens of a micro batch
   */
  public ForwardPass(ComputeLease lease, Arena arena, ModelPart part, int maxTokens) {
    this.part = part;
    this.head = part.head().orElseThrow(() -> new IllegalArgumentException("the part has no head"));
    this.activations = part.newInferenceActivations(arena, maxTokens);
    ids = arena.allocate(DType.I64, maxTokens);
    positions = arena.allocate(DType.I64, maxTokens);
    hidden = arena.allocate(lease.computeType(), maxTokens, part.hiddenSize());
  }

  /** The summed loss of a micro batch's trained tokens. */
  public double loss(MicroBatch batch) {
    return head.loss(hidden(batch), batch.labels());
  }

  /** The normed hidden states [T, H] of a micro batch, until the next pass. */
  public Tensor hidden(MicroBatch batch) {
    int tokens = batch.tokens();
    if (tokens > activations.maxTokens()) {
      throw new IllegalArgumentException(
          "a micro batch of "
              + tokens
              + " tokens for a stage of at most "
              + activations.maxTokens());
    }
    Tensor in = ids.rows(0, tokens).set(batch.inputIds());
    Tensor at = positions.rows(0, tokens).set(batch.positions());
    Tensor out = hidden.rows(0, tokens);
    part.forward(in, activations, Context.inference(at, batch.cuSeqlens()), out);
    return out;
  }
}
