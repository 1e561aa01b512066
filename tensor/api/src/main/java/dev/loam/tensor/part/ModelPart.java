// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Arena;
import dev.loam.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * The part of a model that one pipeline stage holds: the embedding on the first, a run of layers,
 * the final norm and the head on the last. It holds parameters and no state of a pass, so several
 * micro batches can be in flight, and recomputing is calling {@code forward} again.
 *
 * <p>The head stands apart ({@link #head}) because training fuses its forward and backward: a
 * schedule runs {@code forward}, on the last stage {@link LossHead#lossAndGradient}, then {@code
 * backward}.
 */
public interface ModelPart {
  /** Allocates, in the caller's arena, what a training pass over at most that many tokens keeps. */
  Activations newActivations(Arena arena, int maxTokens);

  /** Allocates what passes without a backward need, much less than {@link #newActivations}. */
  Activations newInferenceActivations(Arena arena, int maxTokens);

  /**
   * The forward pass of one micro batch.
   *
   * @param in token ids [T] (I64) on the first stage, else the residual stream [S, H]
   * @param out the residual stream [S, H]; on the last stage after the final norm
   */
  void forward(Tensor in, Activations activations, Context context, Tensor out);

  /**
   * The backward pass of a micro batch whose forward ran with the same {@code in} and activations.
   *
   * @param dOut the gradient of {@code out}
   * @param dIn receives the gradient of {@code in}; on the first stage, which has none, it is
   *     scratch
   */
  void backward(
      Tensor dOut,
      Tensor in,
      Activations activations,
      Context context,
      Tensor dIn,
      Gradients gradients);

  /** The width of the residual stream. */
  long hiddenSize();

  /**
   * The rows S of the residual stream that are here for so many tokens: all, unless tensor-parallel
   * ranks divide them.
   *
   * @throws IllegalArgumentException if so many cannot be divided
   */
  default long residualRows(long tokens) {
    return tokens;
  }

  /** The head, on the last stage. */
  Optional<LossHead> head();

  /**
   * The weight that the first and the last of several stages both have: a tied embedding. Its
   * gradient is the sum of what both compute.
   */
  default Optional<Weight> sharedWeight() {
    return Optional.empty();
  }

  /** The weights in the order of the model; one that is used twice is listed twice. */
  List<Weight> weights();
}
