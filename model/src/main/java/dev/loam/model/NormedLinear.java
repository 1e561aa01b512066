// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * RMSNorm followed by a column-parallel linear layer: the start of both branches of a decoder
 * layer.
 */
record NormedLinear(Kernels kernels, TensorParallel ranks, double eps, Weight norm, Weight linear) {
  List<Weight> weights() {
    return List.of(norm, linear);
  }

  /** {@code y = W norm(x)}; keeps the norm's factors. */
  void forward(Workspace workspace, Tensor xSH, Tensor factorS, Tensor yTO) {
    try (Workspace.Frame frame = workspace.frame()) {
      kernels.linear(normed(frame, xSH, factorS, yTO.size(0)), linear.value(), yTO);
    }
  }

  private Tensor normed(Workspace.Frame frame, Tensor xSH, Tensor factorS, long tokens) {
    Tensor normedTH = frame.take(tokens, xSH.size(1));
    kernels.rmsNorm(xSH, norm.value(), eps, ranks.streamPart(normedTH), factorS);
    ranks.gatherInPlace(normedTH, name());
    return normedTH;
  }

  private String name() {
    return norm.parameters().get(0).name();
  }

  /** Adds to the gradient of x. The normed input is computed again. */
  void backward(
      Workspace workspace,
      Tensor dyTO,
      Tensor xSH,
      Tensor factorS,
      Tensor dxSH,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH = normed(frame, xSH, factorS, dyTO.size(0));
      gradients.contribute(
          linear,
          (dW, accumulate) -> kernels.linearWeightGradient(dyTO, normedTH, 1, dW, accumulate));
      // The normed input is done with; its memory takes its gradient.
      kernels.linearInputGradient(dyTO, linear.value(), 1, normedTH);
      Tensor dNormedSH = ranks.summed(normedTH, name());
      normBackward(kernels, workspace, dNormedSH, xSH, norm, factorS, dxSH, true, gradients);
    }
  }

  /** The backward of a norm alone. */
  static void normBackward(
      Kernels kernels,
      Workspace workspace,
      Tensor dy,
      Tensor x,
      Weight norm,
      Tensor factor,
      Tensor dx,
      boolean addToDx,
      Gradients gradients) {
    gradients.contribute(
        norm,
        (dW, accumulate) ->
            kernels.rmsNormWeightGradient(dy, x, factor, dW, accumulate, workspace));
    kernels.rmsNormInputGradient(dy, x, norm.value(), factor, dx, addToDx, workspace);
  }
}
