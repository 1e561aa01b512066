// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/** RMSNorm followed by a linear layer: the start of both branches of a decoder layer. */
record NormedLinear(Kernels kernels, double eps, Weight norm, Weight linear) {
  List<Weight> weights() {
    return List.of(norm, linear);
  }

  /** {@code y = W norm(x)}; keeps the norm's factors. */
  void forward(Workspace workspace, Tensor xTH, Tensor factorT, Tensor yTO) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH = frame.take(xTH.shape().toArray());
      kernels.rmsNorm(xTH, norm.value(), eps, normedTH, factorT);
      kernels.linear(normedTH, linear.value(), yTO);
    }
  }

  /** Adds to the gradient of x. The normed input is computed again. */
  void backward(
      Workspace workspace,
      Tensor dyTO,
      Tensor xTH,
      Tensor factorT,
      Tensor dxTH,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH = frame.take(xTH.shape().toArray());
      kernels.rmsNorm(xTH, norm.value(), eps, normedTH, factorT);
      gradients.contribute(
          linear,
          (dW, accumulate) -> kernels.linearWeightGradient(dyTO, normedTH, 1, dW, accumulate));
      // The normed input is done with; its memory takes its gradient.
      kernels.linearInputGradient(dyTO, linear.value(), 1, normedTH);
      normBackward(kernels, workspace, normedTH, xTH, norm, factorT, dxTH, true, gradients);
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
