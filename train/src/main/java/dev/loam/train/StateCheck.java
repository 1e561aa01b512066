// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.gradients.GlobalNorm;
import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Tensor;
import dev.loam.train.checkpoint.OptimizerState;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks whether all weights and all that the optimizer remembers are finite, so that nothing else
 * is saved.
 */
final class StateCheck {
  private final GlobalNorm norm;

  StateCheck(
      ComputeLease lease,
      Arena arena,
      ProcessGroup world,
      List<OwnedPiece> pieces,
      List<OptimizerState> states) {
    List<OwnedPiece> all = new ArrayList<>();
    pieces.forEach(piece -> all.add(of(piece, piece.value())));
    states.stream()
        .filter(state -> state.values().dtype() == lease.computeType())
        .forEach(state -> all.add(of(state.piece(), state.values())));
    norm = new GlobalNorm(lease.kernels(), arena, world, all);
  }

  /** Takes any tensor for the gradient, of which the norm is taken. */
  private static OwnedPiece of(OwnedPiece piece, Tensor values) {
    return new OwnedPiece(piece.weight(), piece.start(), piece.value(), values, true);
  }

  /** Whether they are, on all ranks; all of them ask. */
  boolean isFinite() {
    return Double.isFinite(norm.compute());
  }
}
