// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.model.LinearAdapter;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.DropoutKeys;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Adapters beside one linear layer, which may be several modules fused into one matrix. Their first
 * matrices are stacked, so that one product with the input serves them all; the second matrices are
 * placed in one that is zero where a module's rows meet another's columns, so that one product
 * serves the output too: these products are narrow, and what takes time is reading what lies at
 * their long sides. Where the layer is divided among tensor-parallel ranks by rows, so are the
 * second matrices; by columns, the first ones; the other matrix is whole on every rank, and its
 * gradient is the sum of what the ranks compute.
 *
 * <p>Of the forward pass nothing is kept: the narrow product is computed again in the backward.
 */
final class LoraLinear implements LinearAdapter {
  private final Kernels k;
  private final double scale;
  private final Optional<Dropout> dropout;
  private final Weight a;
  private final List<Branch> branches;
  private final long outputs;

  /**
   * A second matrix and where it works.
   *
   * @param firstRow of the layer's output on this rank
   * @param firstInner the first row of the stacked first matrices that belongs to it
   */
  record Branch(Weight b, long firstRow, long firstInner) {}

  /**
   * Adapters of one layer.
   *
   * @param outputs of the layer on this rank
   */
  LoraLinear(
      Kernels kernels,
      double scale,
      Optional<Dropout> dropout,
      Weight a,
      List<Branch> branches,
      long outputs) {
    this.k = kernels;
    this.scale = scale;
    this.dropout = dropout;
    this.a = a;
    this.branches = List.copyOf(branches);
    this.outputs = outputs;
  }

  @Override
  public List<Weight> weights() {
    List<Weight> weights = new ArrayList<>(List.of(a));
    branches.forEach(branch -> weights.add(branch.b()));
    return weights;
  }

  @Override
  public long innerSize() {
    return a.value().size(0);
  }

  /** {@code y += scale · B A dropout(x)}. */
  @Override
  public void forward(Workspace workspace, Context context, Tensor xTI, Tensor yTO) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor innerTR = frame.take(xTI.size(0), innerSize());
      k.linear(dropped(frame, context, xTI), a.value(), innerTR);
      k.addLinear(innerTR, second(frame), scale, yTO);
    }
  }

  @Override
  public void weightGradients(
      Workspace workspace,
      Context context,
      Tensor dyTO,
      Tensor xTI,
      Tensor dInnerTR,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor droppedTI = dropped(frame, context, xTI);
      Tensor innerTR = frame.take(xTI.size(0), innerSize());
      k.linear(droppedTI, a.value(), innerTR);
      Tensor dSecondOR = frame.take(outputs, innerSize());
      k.linearWeightGradient(dyTO, innerTR, scale, dSecondOR, false);
      branches.forEach(branch -> contribute(branch, dSecondOR, gradients));
      k.linearInputGradient(dyTO, second(frame), scale, dInnerTR);
      gradients.contribute(
          a, (dA, accumulate) -> k.linearWeightGradient(dInnerTR, droppedTI, 1, dA, accumulate));
    }
  }

  private void contribute(Branch branch, Tensor dSecondOR, Gradients gradients) {
    Tensor gradient = part(dSecondOR, branch);
    gradients.contribute(
        branch.b(),
        (dB, accumulate) -> {
          if (accumulate) {
            k.add(gradient, dB);
          } else {
            k.copy(gradient, dB);
          }
        });
  }

  /** The second matrices in their places of one matrix for all, which is zero elsewhere. */
  private Tensor second(Workspace.Frame frame) {
    Tensor secondOR = frame.take(outputs, innerSize());
    k.fill(secondOR, 0);
    branches.forEach(branch -> k.copy(branch.b().value(), part(secondOR, branch)));
    return secondOR;
  }

  private static Tensor part(Tensor secondOR, Branch branch) {
    Tensor b = branch.b().value();
    return secondOR
        .narrow(0, branch.firstRow(), b.size(0))
        .narrow(1, branch.firstInner(), b.size(1));
  }

  @Override
  public void inputGradient(Workspace workspace, Context context, Tensor dInnerTR, Tensor dxTI) {
    Optional<DropoutKeys> keys = keys(context);
    if (keys.isEmpty()) {
      k.addLinearInputGradient(dInnerTR, a.value(), 1, dxTI);
      return;
    }
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dDroppedTI = frame.take(dxTI.shape().toArray());
      k.linearInputGradient(dInnerTR, a.value(), 1, dDroppedTI);
      dropout.orElseThrow().apply(keys.get(), dDroppedTI, dxTI, true);
    }
  }

  private Tensor dropped(Workspace.Frame frame, Context context, Tensor xTI) {
    Optional<DropoutKeys> keys = keys(context);
    if (keys.isEmpty()) {
      return xTI;
    }
    Tensor droppedTI = frame.take(xTI.shape().toArray());
    dropout.orElseThrow().apply(keys.get(), xTI, droppedTI, false);
    return droppedTI;
  }

  private Optional<DropoutKeys> keys(Context context) {
    return dropout.flatMap(d -> context.dropout());
  }

  @Override
  public long scratch(long tokens) {
    long dropped = dropout.isPresent() ? Workspace.padded(tokens * a.value().size(1)) : 0;
    return dropped
        + Workspace.padded(tokens * innerSize())
        + 2 * Workspace.padded(outputs * innerSize());
  }
}
