// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import java.util.ArrayList;
import java.util.List;

/** The residual stream between layers, what each layer keeps, and the factors of the final norm. */
final class Qwen3Activations implements Activations {
  private final int maxTokens;
  private final List<Tensor> residuals = new ArrayList<>();
  private final List<LayerActivations> layers = new ArrayList<>();
  private final Tensor finalFactorT;

  /**
   * Allocates them.
   *
   * @param shared whether layers use the same memory one after the other, when no backward follows
   */
  Qwen3Activations(
      Arena arena, DType dtype, Qwen3Config config, int layerCount, int maxTokens, boolean shared) {
    this.maxTokens = maxTokens;
    for (int i = 0; i <= layerCount; i++) {
      residuals.add(
          shared && i >= 2
              ? residuals.get(i - 2)
              : arena.allocate(dtype, maxTokens, config.hiddenSize()));
    }
    for (int i = 0; i < layerCount; i++) {
      layers.add(
          shared && i >= 1
              ? layers.get(0)
              : LayerActivations.allocate(arena, dtype, config, maxTokens));
    }
    finalFactorT = arena.allocate(dtype, maxTokens);
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }

  /** The input of layer i, which is the output of layer i - 1. */
  Tensor residualTH(int i, long tokens) {
    return residuals.get(i).rows(0, tokens);
  }

  LayerActivations layer(int i, long tokens) {
    return layers.get(i).forTokens(tokens);
  }

  Tensor finalFactorT(long tokens) {
    return finalFactorT.rows(0, tokens);
  }
}
