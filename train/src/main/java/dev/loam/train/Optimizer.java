// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.train.checkpoint.OptimizerState;
import java.util.List;

/**
 * Updates the weights of one rank from their gradients. What it remembers from step to step lies in
 * tensors ({@link #state}), and nowhere else: so checkpoints, resuming under another layout and
 * optimizer states shared by replicas (ZeRO-1) work for every optimizer alike.
 *
 * <p>Belongs to the compute thread of its rank. {@link AdamWOptions} makes the usual one.
 */
public interface Optimizer {
  /**
   * All that is remembered from step to step, zero before the first or as {@link Factory#create}
   * has set it. A checkpoint is read into these tensors before the first update.
   */
  List<OptimizerState> state();

  /** Overwrites all weights it was made for. Gradients may be overwritten as well. */
  void update(Update update);

  /**
   * One update.
   *
   * @param number 1 for the first of the training, counted on over checkpoints
   * @param lr the learning rate
   * @param gradientScale what gradients are to be multiplied by before use, for clipping
   */
  record Update(long number, double lr, double gradientScale) {}

  /** Makes an optimizer for one rank. */
  @FunctionalInterface
  interface Factory {
    /**
     * Makes it, on the compute thread.
     *
     * @param kernels of the rank
     * @param arena where its state is allocated; freed when the training ends
     * @param pieces what this rank updates: whole weights, or this replica's runs of them
     */
    Optimizer create(Kernels kernels, Arena arena, List<OwnedPiece> pieces);
  }
}
