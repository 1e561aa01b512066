// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;

/**
 * Cosines and sines of the rotary angles {@code p · theta^(-2d/D)}, computed in double precision.
 */
final class RotaryTable {
  private final Tensor cosPE;
  private final Tensor sinPE;

  RotaryTable(Arena arena, DType dtype, Qwen3Config config) {
    int positions = config.maxPositions();
    int half = config.headSize() / 2;
    cosPE = arena.allocate(dtype, positions, half);
    sinPE = arena.allocate(dtype, positions, half);
    double[] frequencies = new double[half];
    for (int d = 0; d < half; d++) {
      frequencies[d] = Math.pow(config.ropeTheta(), -2.0 * d / config.headSize());
    }
    double[] cos = new double[half];
    double[] sin = new double[half];
    for (int p = 0; p < positions; p++) {
      for (int d = 0; d < half; d++) {
        cos[d] = Math.cos(p * frequencies[d]);
        sin[d] = Math.sin(p * frequencies[d]);
      }
      cosPE.rows(p, 1).set(cos);
      sinPE.rows(p, 1).set(sin);
    }
  }

  void forward(Kernels k, Workspace workspace, Tensor xTND, Context context, Tensor yTND) {
    k.rotary(xTND, cosPE, sinPE, context.positionsT(), yTND, workspace);
  }

  void backward(Kernels k, Workspace workspace, Tensor dyTND, Context context, Tensor dxTND) {
    k.rotaryInputGradient(dyTND, cosPE, sinPE, context.positionsT(), dxTND, workspace);
  }
}
