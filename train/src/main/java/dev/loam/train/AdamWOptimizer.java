// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.AdamW;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.train.checkpoint.Moments;
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
  private final List<Moments> moments = new ArrayList<>();
  private long updates;

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
      Moments here = new Moments(piece, zeros(arena, piece.value()), zeros(arena, piece.value()));
      moments.add(here);
      group.values.add(piece.value());
      group.gradients.add(piece.gradient());
      group.firstMoments.add(here.first());
      group.secondMoments.add(here.second());
    }
    groups = List.of(decayed, others);
  }

  private Tensor zeros(Arena arena, Tensor like) {
    Tensor zeros = arena.allocate(like.dtype(), like.shape().toArray());
    kernels.fill(zeros, 0);
    return zeros;
  }

  /** All moments here; zero until the first update, or what has been written to them. */
  List<Moments> moments() {
    return List.copyOf(moments);
  }

  /** The bytes of all moments here. */
  long momentBytes() {
    return moments.stream()
        .mapToLong(m -> 2 * m.first().elements() * m.first().dtype().bytes())
        .sum();
  }

  /** Updates begun so far. */
  long updates() {
    return updates;
  }

  /** Goes on after so many updates. */
  void resume(long done) {
    updates = done;
  }

  /**
   * Updates all weights.
   *
   * @param gradientScale what gradients are multiplied by before use
   */
  void update(double gradientScale, double lr) {
    updates++;
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
              updates,
              gradientScale));
    }
  }
}
