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
import java.util.Optional;

/** A linear layer {@code y = W x}, with what an adapter adds to it. */
record Linear(Kernels kernels, Weight weight, Optional<LinearAdapter> adapter) {
  /** Its own weight, and those of its adapter. */
  List<Weight> weights() {
    List<Weight> weights = new ArrayList<>(List.of(weight));
    adapter.ifPresent(a -> weights.addAll(a.weights()));
    return weights;
  }

  /** The first of its parameters. */
  String name() {
    return weight.parameters().get(0).name();
  }

  boolean isTrained() {
    return weights().stream().anyMatch(Weight::trainable);
  }

  void forward(Workspace workspace, Context context, Tensor xTI, Tensor yTO) {
    kernels.linear(xTI, weight.value(), yTO);
    adapter.ifPresent(a -> a.forward(workspace, context, xTI, yTO));
  }

  /** {@code y = residual + W x}. */
  void forwardResidual(
      Workspace workspace, Context context, Tensor xTI, Tensor residualTO, Tensor yTO) {
    kernels.linearResidual(xTI, weight.value(), residualTO, yTO);
    adapter.ifPresent(a -> a.forward(workspace, context, xTI, yTO));
  }

  /** The gradients of the weights, where nothing below is trained. */
  void backward(
      Workspace workspace, Context context, Tensor dyTO, Tensor xTI, Gradients gradients) {
    contribute(dyTO, xTI, gradients);
    if (adapter.isPresent()) {
      try (Workspace.Frame frame = workspace.frame()) {
        LinearAdapter a = adapter.get();
        Tensor dInnerTR = frame.take(xTI.size(0), a.innerSize());
        a.weightGradients(workspace, context, dyTO, xTI, dInnerTR, gradients);
      }
    }
  }

  /**
   * The gradients of the weights, then that of x.
   *
   * @param dxTI may be the memory of x
   */
  void backward(
      Workspace workspace,
      Context context,
      Tensor dyTO,
      Tensor xTI,
      Tensor dxTI,
      Gradients gradients) {
    contribute(dyTO, xTI, gradients);
    if (adapter.isEmpty()) {
      kernels.linearInputGradient(dyTO, weight.value(), 1, dxTI);
      return;
    }
    try (Workspace.Frame frame = workspace.frame()) {
      LinearAdapter a = adapter.get();
      Tensor dInnerTR = frame.take(xTI.size(0), a.innerSize());
      a.weightGradients(workspace, context, dyTO, xTI, dInnerTR, gradients);
      kernels.linearInputGradient(dyTO, weight.value(), 1, dxTI);
      a.inputGradient(workspace, context, dInnerTR, dxTI);
    }
  }

  private void contribute(Tensor dyTO, Tensor xTI, Gradients gradients) {
    gradients.contribute(
        weight, (dW, accumulate) -> kernels.linearWeightGradient(dyTO, xTI, 1, dW, accumulate));
  }

  /** Scratch of the adapter, in elements. */
  long adapterScratch(long tokens) {
    return adapter
        .map(a -> Workspace.padded(tokens * a.innerSize()) + a.scratch(tokens))
        .orElse(0L);
  }
}
