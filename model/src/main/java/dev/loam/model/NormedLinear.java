// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSNorm followed by a column-parallel linear layer: the start of both branches of a decoder
 * layer.
 */
record NormedLinear(Kernels kernels, TensorParallel ranks, double eps, Weight norm, Linear linear) {
  List<Weight> weights() {
    List<Weight> weights = new ArrayList<>(List.of(norm));
    weights.addAll(linear.weights());
    return weights;
  }

  boolean isTrained() {
    return norm.trainable() || linear.isTrained();
  }

  /** {@code y = W norm(x)}; keeps the norm's factors. */
  void forward(Workspace workspace, Context context, Tensor xSH, Tensor factorS, Tensor yTO) {
    try (Workspace.Frame frame = workspace.frame()) {
      linear.forward(workspace, context, normed(frame, xSH, factorS, yTO.size(0)), yTO);
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

  /**
   * Adds to the gradient of x. The normed input is computed again, where a gradient needs it.
   *
   * @param toInput whether the gradient of x is needed; otherwise it is unspecified
   */
  void backward(
      Workspace workspace,
      Context context,
      Tensor dyTO,
      Tensor xSH,
      Tensor factorS,
      Tensor dxSH,
      Gradients gradients,
      boolean toInput) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH =
          linear.isTrained()
              ? normed(frame, xSH, factorS, dyTO.size(0))
              : frame.take(dyTO.size(0), xSH.size(1));
      if (!toInput && !norm.trainable()) {
        linear.backward(workspace, context, dyTO, normedTH, gradients);
        return;
      }
      // The memory of the normed input takes its gradient.
      linear.backward(workspace, context, dyTO, normedTH, normedTH, gradients);
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
