// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.train.checkpoint.OptimizerState;
import java.util.List;

/** An optimizer as an application might write it: gradient descent with momentum. */
record MomentumSgd(List<OptimizerState> state) implements Optimizer {
  private static final float MOMENTUM = 0.9f;

  static MomentumSgd of(Kernels kernels, Arena arena, List<OwnedPiece> pieces) {
    return new MomentumSgd(pieces.stream().map(piece -> velocity(kernels, arena, piece)).toList());
  }

  private static OptimizerState velocity(Kernels kernels, Arena arena, OwnedPiece piece) {
    Tensor zeros = arena.allocate(piece.value().dtype(), piece.value().elements());
    kernels.fill(zeros, 0);
    return new OptimizerState("velocity", piece, zeros);
  }

  @Override
  public void update(Update update) {
    for (OptimizerState velocity : state) {
      Tensor value = velocity.piece().value();
      float[] w = value.toFloats();
      float[] g = velocity.piece().gradient().toFloats();
      float[] v = velocity.values().toFloats();
      for (int i = 0; i < w.length; i++) {
        v[i] = MOMENTUM * v[i] + (float) update.gradientScale() * g[i];
        w[i] -= (float) update.lr() * v[i];
      }
      value.set(w);
      velocity.values().set(v);
    }
  }
}
