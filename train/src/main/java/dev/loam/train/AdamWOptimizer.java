// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;

/** AdamW over all trained weights; matrices decay, norms do not. Owns the moments, in its arena. */
final class AdamWOptimizer {
  private final Kernels kernels;
  private final OptimizerOptions options;
  private final List<Group> groups;
  private long steps;

  private static final class Group {
    final double weightDecay;
    final List<Weight> weights = new ArrayList<>();
    final List<Tensor> values = new ArrayList<>();
    final List<Tensor> firstMoments = new ArrayList<>();
    final List<Tensor> secondMoments = new ArrayList<>();

    Group(double weightDecay) {
      this.weightDecay = weightDecay;
    }
  }

  AdamWOptimizer(Kernels kernels, Arena arena, List<Weight> weights, OptimizerOptions options) {
    this.kernels = kernels;
    this.options = options;
    Group decayed = new Group(options.weightDecay());
    Group others = new Group(0);
    for (Weight weight : weights) {
      Group group = weight.decayed() ? decayed : others;
      group.weights.add(weight);
      group.values.add(weight.value());
      group.firstMoments.add(zeros(arena, weight.value()));
      group.secondMoments.add(zeros(arena, weight.value()));
    }
    groups = List.of(decayed, others);
  }

  private Tensor zeros(Arena arena, Tensor like) {
    Tensor zeros = arena.allocate(like.dtype(), like.shape().toArray());
    kernels.fill(zeros, 0);
    return zeros;
  }

  /**
   * Updates all weights.
   *
   * @param gradientScale what gradients are multiplied by before use
   */
  void update(Gradients gradients, double gradientScale, double lr) {
    steps++;
    for (Group group : groups) {
      List<Tensor> values = new ArrayList<>();
      group.weights.forEach(weight -> values.add(gradients.of(weight)));
      kernels.adamW(
          group.values,
          values,
          group.firstMoments,
          group.secondMoments,
          new AdamW(
              lr,
              options.beta1(),
              options.beta2(),
              options.eps(),
              group.weightDecay,
              steps,
              gradientScale));
    }
  }
}
