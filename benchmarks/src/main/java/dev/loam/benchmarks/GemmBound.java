// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;

/**
 * The time that the matrix products of a training step take by themselves on this machine: each
 * shape forward, for the input's gradient and for the weight's, the best of several runs. No step
 * can be faster with these products, so a step is judged by its distance from this bound.
 */
final class GemmBound {
  private static final int REPEATS = 4;

  private final Kernels kernels;
  private final Arena arena;
  private final DType dtype;
  private final boolean frozen;

  private GemmBound(ComputeLease lease, Arena arena, boolean frozen) {
    this.frozen = frozen;
    this.kernels = lease.kernels();
    this.dtype = lease.computeType();
    this.arena = arena;
  }

  /**
   * Seconds for one step of one micro batch of that many tokens.
   *
   * @param frozen whether the weights have no gradients, because adapters are trained; what those
   *     take themselves is left out
   */
  static double seconds(
      ComputeLease lease, Qwen3Config config, int tokens, int headChunkRows, boolean frozen) {
    return lease.call(
        () -> {
          double layer = 0;
          int hidden = config.hiddenSize();
          int q = config.heads() * config.headSize();
          int qkv = q + 2 * config.keyValueHeads() * config.headSize();
          layer += linear(lease, frozen, tokens, hidden, qkv);
          layer += linear(lease, frozen, tokens, q, hidden);
          layer += linear(lease, frozen, tokens, hidden, 2 * config.intermediateSize());
          layer += linear(lease, frozen, tokens, config.intermediateSize(), hidden);
          int rows = Math.min(tokens, headChunkRows);
          double chunk = linear(lease, frozen, rows, hidden, config.vocabSize());
          return config.layers() * layer + chunk * tokens / rows;
        });
  }

  private static double linear(
      ComputeLease lease, boolean frozen, int rows, int inputs, int outputs) {
    try (Arena arena = lease.newArena(Device.cpu())) {
      return new GemmBound(lease, arena, frozen).linear(rows, inputs, outputs);
    }
  }

  private double linear(int rows, int inputs, int outputs) {
    Tensor x = filled(rows, inputs);
    Tensor weight = filled(outputs, inputs);
    Tensor y = filled(rows, outputs);
    Tensor dx = filled(rows, inputs);
    double seconds =
        best(() -> kernels.linear(x, weight, y))
            + best(() -> kernels.linearInputGradient(y, weight, 1, dx));
    if (frozen) {
      return seconds;
    }
    Tensor dWeight = filled(outputs, inputs);
    return seconds + best(() -> kernels.linearWeightGradient(y, x, 1, dWeight, false));
  }

  private Tensor filled(int rows, int columns) {
    Tensor tensor = arena.allocate(dtype, rows, columns);
    kernels.fill(tensor, 1e-3);
    return tensor;
  }

  private static double best(Runnable product) {
    product.run();
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      product.run();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }
}
