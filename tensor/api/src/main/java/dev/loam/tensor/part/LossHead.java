// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Tensor;

/**
 * The language-model head and its cross-entropy loss, computed in chunks of rows so that the logits
 * of a whole batch never exist. Rows whose label is {@link #IGNORED} are not computed at all.
 */
public interface LossHead {
  /** The label of a token that is not trained on. */
  long IGNORED = -100;

  /**
   * The logits [T, V] of normed hidden states; where tensor-parallel ranks divide the vocabulary,
   * those of this rank's part of it.
   */
  void logits(Tensor hiddenTH, Tensor logitsTV);

  /**
   * The summed loss.
   *
   * @param labels the token that each row should predict
   * @return the sum over the rows that are not ignored
   */
  double loss(Tensor hiddenTH, long[] labels);

  /**
   * The summed loss, and the gradients of {@code scale} times it.
   *
   * @param scale 1/n, n being the trained tokens of the global batch
   * @param dHiddenTH receives the gradient of the hidden states
   * @return the sum over the rows that are not ignored, not scaled
   */
  double lossAndGradient(
      Tensor hiddenTH, long[] labels, double scale, Tensor dHiddenTH, Gradients gradients);

  /** The memory of the logits that exist at once, in bytes. */
  long logitBytes();
}
