// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * One decoder layer of Qwen3: attention, then a feed-forward network, each on a branch of the
 * residual stream. Of the forward pass only what {@link LayerActivations} lists is kept; the rest
 * is computed again in the backward, which costs no matrix products. A layer that is recomputed
 * (Chen et al., arXiv 1604.06174) keeps its input alone, and {@link #rebuild} comes before its
 * backward.
 */
final class Qwen3Layer {
  private final Kernels kernels;
  private final Attention attention;
  private final FeedForward feedForward;

  /**
   * Allocates the weights.
   *
   * @param config with the sizes of this tensor rank
   * @param index the layer's place in the part, and so in a key/value cache
   * @param globalIndex its place in the model, and so in names
   */
  Qwen3Layer(
      Kernels kernels,
      TensorParallel ranks,
      Qwen3Config config,
      int index,
      int globalIndex,
      RotaryTable rotary,
      Weights weights) {
    String prefix = "model.layers." + globalIndex + ".";
    this.kernels = kernels;
    attention = new Attention(kernels, ranks, config, index, prefix, rotary, weights);
    feedForward = new FeedForward(kernels, ranks, config, prefix, weights);
  }

  List<Weight> weights() {
    List<Weight> weights = attention.weights();
    weights.addAll(feedForward.weights());
    return weights;
  }

  boolean isTrained() {
    return weights().stream().anyMatch(Weight::trainable);
  }

  /** From the residual stream x to the residual stream y. */
  void forward(
      Workspace workspace, Tensor xSH, LayerActivations kept, Context context, Tensor ySH) {
    attention.forward(workspace, xSH, kept, context, kept.middleSH());
    feedForward.forward(workspace, kept.middleSH(), kept, context, ySH);
  }

  /** Fills again what forward kept, bit for bit; y itself is not needed for that. */
  void rebuild(Workspace workspace, Tensor xSH, LayerActivations kept, Context context) {
    attention.forward(workspace, xSH, kept, context, kept.middleSH());
    feedForward.rebuild(workspace, kept.middleSH(), kept, context);
  }

  /**
   * From the gradient of y to the gradient of x. Both branches add to what flows past them: {@code
   * dx} holds the gradient of y, then that of the middle, then that of x.
   *
   * @param toInput whether the gradient of x is needed; otherwise it is unspecified
   */
  void backward(
      Workspace workspace,
      Tensor dySH,
      Tensor xSH,
      LayerActivations kept,
      Context context,
      Tensor dxSH,
      Gradients gradients,
      boolean toInput) {
    kernels.copy(dySH, dxSH);
    boolean toMiddle = toInput || attention.isTrained();
    feedForward.backward(
        workspace, dySH, kept.middleSH(), kept, context, dxSH, gradients, toMiddle);
    if (toMiddle) {
      attention.backward(workspace, xSH, kept, context, dxSH, gradients, toInput);
    }
  }

  /** Scratch of adapters on top of {@link #scratch}, in elements. */
  long adapterScratch(long tokens) {
    return Math.max(attention.adapterScratch(tokens), feedForward.adapterScratch(tokens));
  }

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(Kernels k, Qwen3Config config, long tokens) {
    return Math.max(Attention.scratch(k, config, tokens), FeedForward.scratch(k, config, tokens));
  }
}
