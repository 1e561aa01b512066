// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Tensor;

/**
 * What an optimizer remembers of each element of a run of a weight, such as a running mean.
 *
 * @param name what it is; a checkpoint has it as this name, a dot and the parameter's
 * @param piece the run
 * @param values one for each element of the run, flat
 */
public record OptimizerState(String name, OwnedPiece piece, Tensor values) {
  /** Checks the size. */
  public OptimizerState {
    if (values.elements() != piece.value().elements() || values.rank() != 1) {
      throw new IllegalArgumentException(
          name + ": " + values.shape() + " for a run of " + piece.value().elements());
    }
  }

  /** Its size in memory. */
  public long bytes() {
    return values.elements() * values.dtype().bytes();
  }
}
