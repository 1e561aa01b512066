// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.AdamW;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW over what this rank updates of all trained weights; matrices decay, norms do not. Owns the
 * moments, in its arena.
 */
final class AdamWOptimizer {
  private final Kernels kernels;
  private final OptimizerOptions options;
  private final List<Group> groups;
  private long steps;

  private static final class Group {
    final double weightDecay;
    final List<Tensor> values = new ArrayList<>();
    final List<Tensor> gradients = new ArrayList<>();
    final List<Tensor> firstMoments = new ArrayList<>();
    final List<Tensor> secondMoments = new ArrayList<>();

    Group(double weightDecay) {
      this.weightDecay = weightDecay;
    }
  }

  AdamWOptimizer(Kernels kernels, Arena arena, List<OwnedPiece> pieces, OptimizerOptions options) {
    this.kernels = kernels;
    this.options = options;
    Group decayed = new Group(options.weightDecay());
    Group others = new Group(0);
    for (OwnedPiece piece : pieces) {
      Group group = piece.weight().decayed() ? decayed : others;
      group.values.add(piece.value());
      group.gradients.add(piece.gradient());
      group.firstMoments.add(zeros(arena, piece.value()));
      group.secondMoments.add(zeros(arena, piece.value()));
    }
    groups = List.of(decayed, others);
  }

  private Tensor zeros(Arena arena, Tensor like) {
    Tensor zeros = arena.allocate(like.dtype(), like.shape().toArray());
    kernels.fill(zeros, 0);
    return zeros;
  }

  /** The bytes of all moments here. */
  long momentBytes() {
    return groups.stream()
        .flatMap(group -> group.firstMoments.stream())
        .mapToLong(moment -> 2 * moment.elements() * moment.dtype().bytes())
        .sum();
  }

  /**
   * Updates all weights.
   *
   * @param gradientScale what gradients are multiplied by before use
   */
  void update(double gradientScale, double lr) {
    steps++;
    for (Group group : groups) {
      kernels.adamW(
          group.values,
          group.gradients,
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
