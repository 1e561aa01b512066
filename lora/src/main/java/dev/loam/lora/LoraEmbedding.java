// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.model.EmbeddingAdapter;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * An adapter beside the embedding: {@code y += scale · B a[id]}, without dropout, as PEFT has it. A
 * tied head is not changed by it.
 *
 * @param a a narrow row for each token of the vocabulary, of which tensor-parallel ranks have a run
 *     each
 * @param b whole on every rank; its gradient is the sum of what the ranks compute
 */
record LoraEmbedding(Kernels kernels, double scale, Weight a, Weight b)
    implements EmbeddingAdapter {
  @Override
  public List<Weight> weights() {
    return List.of(a, b);
  }

  private Tensor inner(Workspace.Frame frame, Tensor rowsT) {
    return frame.take(rowsT.size(0), a.value().size(1));
  }

  @Override
  public void forward(Workspace workspace, Tensor rowsT, Tensor yTH) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor innerTR = inner(frame, rowsT);
      kernels.gatherRows(a.value(), rowsT, innerTR);
      kernels.addLinear(innerTR, b.value(), scale, yTH);
    }
  }

  @Override
  public void weightGradients(Workspace workspace, Tensor dyTH, Tensor rowsT, Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor innerTR = inner(frame, rowsT);
      kernels.gatherRows(a.value(), rowsT, innerTR);
      gradients.contribute(
          b,
          (dB, accumulate) -> kernels.linearWeightGradient(dyTH, innerTR, scale, dB, accumulate));
      // The inner values are done with; their memory takes their gradient.
      kernels.linearInputGradient(dyTH, b.value(), scale, innerTR);
      gradients.contribute(
          a, (dA, accumulate) -> kernels.gatherRowsGradient(innerTR, rowsT, dA, accumulate));
    }
  }

  @Override
  public long scratch(long tokens) {
    return Workspace.padded(tokens * a.value().size(1));
  }
}
