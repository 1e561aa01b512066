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
  private final Tensor finalFactorS;
  private final Embedding.Lookup lookup;

  /**
   * Allocates them.
   *
   * @param config with the sizes of this tensor rank
   * @param streamRows rows of the residual stream of so many tokens
   * @param shared whether layers use the same memory one after the other, when no backward follows
   */
  Qwen3Activations(
      Arena arena,
      DType dtype,
      Qwen3Config config,
      int layerCount,
      int maxTokens,
      long streamRows,
      boolean shared) {
    this.maxTokens = maxTokens;
    for (int i = 0; i <= layerCount; i++) {
      residuals.add(
          shared && i >= 2
              ? residuals.get(i - 2)
              : arena.allocate(dtype, streamRows, config.hiddenSize()));
    }
    for (int i = 0; i < layerCount; i++) {
      layers.add(
          shared && i >= 1
              ? layers.get(0)
              : LayerActivations.allocate(arena, dtype, config, maxTokens, streamRows));
    }
    finalFactorS = arena.allocate(dtype, streamRows);
    lookup = new Embedding.Lookup(arena, maxTokens);
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }

  /** The input of layer i, which is the output of layer i - 1. */
  Tensor residualSH(int i, long streamRows) {
    return residuals.get(i).rows(0, streamRows);
  }

  LayerActivations layer(int i, long tokens, long streamRows) {
    return layers.get(i).forTokens(tokens, streamRows);
  }

  Embedding.Lookup lookup() {
    return lookup;
  }

  Tensor finalFactorS(long streamRows) {
    return finalFactorS.rows(0, streamRows);
  }
}
