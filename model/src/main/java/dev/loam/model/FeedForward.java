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
 * The feed-forward branch: {@code y = x + Wdown · swiglu(Wgate n, Wup n)} with {@code n = norm(x)}.
 */
final class FeedForward {
  private final Kernels k;
  private final TensorParallel ranks;
  private final int size;
  private final NormedLinear gateUp;
  private final Linear down;

  /**
   * Allocates the weights.
   *
   * @param config with the sizes of this tensor rank
   */
  FeedForward(
      Kernels kernels, TensorParallel ranks, Qwen3Config config, String prefix, Weights weights) {
    k = kernels;
    this.ranks = ranks;
    size = config.intermediateSize();
    gateUp =
        new NormedLinear(
            kernels,
            ranks,
            config.rmsNormEps(),
            weights.norm(
                prefix + "post_attention_layernorm", config.hiddenSize(), ranks.streamNorm()),
            weights.columnParallel(
                config.hiddenSize(),
                new Weights.Rows(prefix + "mlp.gate_proj", size),
                new Weights.Rows(prefix + "mlp.up_proj", size)));
    down = weights.rowParallel(config.hiddenSize(), size, prefix + "mlp.down_proj");
  }

  List<Weight> weights() {
    List<Weight> weights = gateUp.weights();
    weights.addAll(down.weights());
    return weights;
  }

  void forward(
      Workspace workspace, Tensor xSH, LayerActivations kept, Context context, Tensor ySH) {
    rebuild(workspace, xSH, kept, context);
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor productTF = frame.take(kept.tokens(), size);
      k.swiGlu(kept.gateUpT2F(), productTF);
      ranks.linearResidual(workspace, context, productTF, down, xSH, ySH);
    }
  }

  /** The part of forward that the backward needs the results of. */
  void rebuild(Workspace workspace, Tensor xSH, LayerActivations kept, Context context) {
    gateUp.forward(workspace, context, xSH, kept.middleFactorS(), kept.gateUpT2F());
  }

  /**
   * Adds the branch's part to the gradient of x, which holds that of y already.
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
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dGateUpT2F = frame.take(kept.gateUpT2F().shape().toArray());
      productBackward(workspace, dySH, kept, context, dGateUpT2F, gradients);
      gateUp.backward(
          workspace, context, dGateUpT2F, xSH, kept.middleFactorS(), dxSH, gradients, toInput);
    }
  }

  /** From the gradient of y to that of gate and up. The SwiGLU product is computed again. */
  private void productBackward(
      Workspace workspace,
      Tensor dySH,
      LayerActivations kept,
      Context context,
      Tensor dGateUpT2F,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dyTH = ranks.gathered(frame, dySH, down.name());
      Tensor productTF = frame.take(kept.tokens(), size);
      if (down.isTrained()) {
        k.swiGlu(kept.gateUpT2F(), productTF);
      }
      // The memory of the product takes its gradient.
      down.backward(workspace, context, dyTH, productTF, productTF, gradients);
      k.swiGluInputGradient(productTF, kept.gateUpT2F(), dGateUpT2F);
    }
  }

  /** Scratch of adapters on top of that, in elements. */
  long adapterScratch(long tokens) {
    return Math.max(gateUp.linear().adapterScratch(tokens), down.adapterScratch(tokens));
  }

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(Kernels k, Qwen3Config config, long tokens) {
    long hidden = tokens * config.hiddenSize();
    long product = Workspace.padded(tokens * config.intermediateSize());
    long norm = Workspace.padded(hidden) + k.rmsNormScratch(hidden);
    return 2 * product + Math.max(product + Workspace.padded(hidden), norm);
  }
}
