// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.benchmarks.Product.Kind;
import dev.loam.benchmarks.Product.Size;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The time that matrix products take by themselves on this machine, each size and kind at the best
 * of several runs of the engine's own kernel. Nothing can be faster with these products, so a pass
 * through a model is judged by its distance from this bound. Used inside the lease.
 */
final class GemmBound {
  /** Long products are repeated this often, short ones more often, since they vary more. */
  private static final int FEWEST_RUNS = 4;

  private static final int MOST_RUNS = 20;
  private static final double ENOUGH_SECONDS = 0.5;

  private final ComputeLease lease;
  private final Kernels kernels;
  private final Map<Measured, Double> rates = new HashMap<>();

  private record Measured(Kind kind, Size size) {}

  private GemmBound(ComputeLease lease) {
    this.lease = lease;
    this.kernels = lease.kernels();
  }

  /** Seconds for all of these. */
  static double seconds(ComputeLease lease, List<Product> products) {
    return lease.call(
        () -> {
          GemmBound bound = new GemmBound(lease);
          return products.stream().mapToDouble(bound::seconds).sum();
        });
  }

  private double seconds(Product product) {
    double best =
        product.sizes().stream()
            .map(size -> new Measured(product.kind(), size))
            .mapToDouble(measured -> rates.computeIfAbsent(measured, this::rate))
            .max()
            .orElseThrow();
    return product.operations() / best;
  }

  /** Operations a second. */
  private double rate(Measured product) {
    Size size = product.size();
    try (Arena arena = lease.newArena(Device.cpu())) {
      Tensor x = filled(arena, size.rows(), size.inputs());
      Tensor weight = filled(arena, size.outputs(), size.inputs());
      Tensor y = filled(arena, size.rows(), size.outputs());
      double seconds =
          switch (product.kind()) {
            case FORWARD -> best(() -> kernels.linear(x, weight, y));
            case INPUT_GRADIENT -> best(() -> kernels.linearInputGradient(y, weight, 1, x));
            case WEIGHT_GRADIENT ->
                best(() -> kernels.linearWeightGradient(y, x, 1, weight, false));
          };
      return size.operations() / seconds;
    }
  }

  private Tensor filled(Arena arena, int rows, int columns) {
    Tensor tensor = arena.allocate(lease.computeType(), rows, columns);
    kernels.fill(tensor, 1e-3);
    return tensor;
  }

  private static double best(Runnable product) {
    return Best.seconds(FEWEST_RUNS, MOST_RUNS, ENOUGH_SECONDS, product);
  }
}
