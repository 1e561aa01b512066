// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A copy of pieces in memory of its own, which is used again for the next copy of the same. */
final class Snapshot {
  private final Kernels kernels;
  private final Arena arena;
  private final List<Tensor> memory = new ArrayList<>();

  Snapshot(Kernels kernels, Arena arena) {
    this.kernels = kernels;
    this.arena = arena;
  }

  /** Copies pieces, always the same ones in the same order; the copies hold until the next. */
  List<TensorPiece> take(List<TensorPiece> pieces) {
    List<TensorPiece> copies = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      TensorPiece piece = pieces.get(i);
      Tensor values = piece.values();
      if (i == memory.size()) {
        memory.add(arena.allocate(values.dtype(), values.elements()));
      }
      kernels.copy(values.view(values.elements()), memory.get(i));
      copies.add(new TensorPiece(piece.name(), piece.slice(), memory.get(i)));
    }
    return copies;
  }
}
