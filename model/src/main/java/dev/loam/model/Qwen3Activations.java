// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The residual stream between layers, what each layer keeps, and the factors of the final norm. */
final class Qwen3Activations implements Activations {
  private final int maxTokens;
  private final int recomputedLayers;
  private final List<Tensor> residuals;
  private final List<LayerActivations> layers;
  private final Tensor finalFactorS;
  private final Embedding.Lookup lookup;

  private Qwen3Activations(
      Arena arena,
      DType dtype,
      int maxTokens,
      long streamRows,
      int recomputedLayers,
      List<Tensor> residuals,
      List<LayerActivations> layers) {
    this.maxTokens = maxTokens;
    this.recomputedLayers = recomputedLayers;
    this.residuals = residuals;
    this.layers = layers;
    finalFactorS = arena.allocate(dtype, streamRows);
    lookup = new Embedding.Lookup(arena, maxTokens);
  }

  /**
   * Allocates them for a training pass; layers that are recomputed have nothing but their input.
   *
   * @param config with the sizes of this tensor rank
   * @param streamRows rows of the residual stream of so many tokens
   */
  static Qwen3Activations training(
      Arena arena, DType dtype, Qwen3Config config, PartPlan plan, int maxTokens, long streamRows) {
    int recomputed = plan.recomputedLayers();
    List<Tensor> residuals = new ArrayList<>();
    List<LayerActivations> layers = new ArrayList<>();
    for (int i = 0; i <= plan.layerCount(); i++) {
      residuals.add(arena.allocate(dtype, streamRows, config.hiddenSize()));
    }
    for (int i = recomputed; i < plan.layerCount(); i++) {
      layers.add(LayerActivations.allocate(arena, dtype, config, maxTokens, streamRows));
    }
    return new Qwen3Activations(arena, dtype, maxTokens, streamRows, recomputed, residuals, layers);
  }

  /** Allocates them for a pass without a backward: layers use the same memory in turn. */
  static Qwen3Activations inference(
      Arena arena, DType dtype, Qwen3Config config, PartPlan plan, int maxTokens, long streamRows) {
    List<Tensor> residuals = new ArrayList<>();
    for (int i = 0; i <= plan.layerCount(); i++) {
      residuals.add(
          i < 2 ? arena.allocate(dtype, streamRows, config.hiddenSize()) : residuals.get(i - 2));
    }
    LayerActivations layer = LayerActivations.allocate(arena, dtype, config, maxTokens, streamRows);
    return new Qwen3Activations(
        arena,
        dtype,
        maxTokens,
        streamRows,
        0,
        residuals,
        Collections.nCopies(plan.layerCount(), layer));
  }

  @Override
  public int maxTokens() {
    return maxTokens;
  }

  /** The input of layer i, which is the output of layer i - 1. */
  Tensor residualSH(int i, long streamRows) {
    return residuals.get(i).rows(0, streamRows);
  }

  /** Whether nothing but its input is kept of layer i. */
  boolean isRecomputed(int i) {
    return i < recomputedLayers;
  }

  /** What is kept of a layer that is not recomputed. */
  LayerActivations layer(int i) {
    return layers.get(i - recomputedLayers);
  }

  Embedding.Lookup lookup() {
    return lookup;
  }

  Tensor finalFactorS(long streamRows) {
    return finalFactorS.rows(0, streamRows);
  }
}
