// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * The feed-forward branch: {@code y = x + Wdown · swiglu(Wgate n, Wup n)} with {@code n = norm(x)}.
 */
final class FeedForward {
  private final Kernels k;
  private final int size;
  private final NormedLinear gateUp;
  private final Weight down;

  FeedForward(Kernels kernels, Qwen3Config config, String prefix, Weights weights) {
    k = kernels;
    size = config.intermediateSize();
    gateUp =
        new NormedLinear(
            kernels,
            config.rmsNormEps(),
            weights.norm(prefix + "post_attention_layernorm", config.hiddenSize()),
            weights.linear(
                config.hiddenSize(),
                new Weights.Rows(prefix + "mlp.gate_proj", size),
                new Weights.Rows(prefix + "mlp.up_proj", size)));
    down = weights.linear(size, new Weights.Rows(prefix + "mlp.down_proj", config.hiddenSize()));
  }

  List<Weight> weights() {
    return List.of(gateUp.norm(), gateUp.linear(), down);
  }

  void forward(Workspace workspace, Tensor xTH, LayerActivations kept, Tensor yTH) {
    gateUp.forward(workspace, xTH, kept.middleFactorT(), kept.gateUpT2F());
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor productTF = frame.take(xTH.size(0), size);
      k.swiGlu(kept.gateUpT2F(), productTF);
      k.linearResidual(productTF, down.value(), xTH, yTH);
    }
  }

  /** Adds the branch's part to the gradient of x, which holds that of y already. */
  void backward(
      Workspace workspace,
      Tensor dyTH,
      Tensor xTH,
      LayerActivations kept,
      Tensor dxTH,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dProductTF = frame.take(xTH.size(0), size);
      k.linearInputGradient(dyTH, down.value(), 1, dProductTF);
      downWeightGradient(workspace, dyTH, kept, gradients);
      Tensor dGateUpT2F = frame.take(kept.gateUpT2F().shape().toArray());
      k.swiGluInputGradient(dProductTF, kept.gateUpT2F(), dGateUpT2F);
      gateUp.backward(workspace, dGateUpT2F, xTH, kept.middleFactorT(), dxTH, gradients);
    }
  }

  /** Needs the SwiGLU product, which is computed again. */
  private void downWeightGradient(
      Workspace workspace, Tensor dyTH, LayerActivations kept, Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor productTF = frame.take(dyTH.size(0), size);
      k.swiGlu(kept.gateUpT2F(), productTF);
      gradients.contribute(
          down, (dW, accumulate) -> k.linearWeightGradient(dyTH, productTF, 1, dW, accumulate));
    }
  }

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(Kernels k, Qwen3Config config, long tokens) {
    long hidden = tokens * config.hiddenSize();
    long product = Workspace.padded(tokens * config.intermediateSize());
    return 3 * product + Math.max(product, Workspace.padded(hidden) + k.rmsNormScratch(hidden));
  }
}
