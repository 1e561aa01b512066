// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.part.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101), for {@link TrainerBuilder#optOptimizer}.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param eps added to the square root of the second moment
 * @param weightDecay decoupled; for matrices, not for parameters of one dimension
 * @param groups settings of some parameters; of several that a parameter is in, the first counts
 */
public record AdamWOptions(
    double beta1, double beta2, double eps, double weightDecay, List<Group> groups)
    implements Optimizer.Factory {
  /** Copies the list. */
  public AdamWOptions {
    groups = List.copyOf(groups);
  }

  /** Without groups. */
  public AdamWOptions(double beta1, double beta2, double eps, double weightDecay) {
    this(beta1, beta2, eps, weightDecay, List.of());
  }

  /**
   * Parameters with settings of their own.
   *
   * @param names whether a parameter of that name is one of them, as Hugging Face calls it; must
   *     say the same on all ranks
   * @param weightDecay for all of them, whatever their shape
   * @param lrFactor what the learning rate is multiplied by
   */
  public record Group(Predicate<String> names, double weightDecay, double lrFactor) {}

  /** With a group more, which comes after those there are. */
  public AdamWOptions withGroup(Predicate<String> names, double decay, double lrFactor) {
    List<Group> all = new ArrayList<>(groups);
    all.add(new Group(names, decay, lrFactor));
    return new AdamWOptions(beta1, beta2, eps, weightDecay, all);
  }

  @Override
  public Optimizer create(Kernels kernels, Arena arena, List<OwnedPiece> pieces) {
    return new AdamWOptimizer(kernels, arena, pieces, this);
  }

  /** What parameters are treated alike by. */
  record Settings(double weightDecay, double lrFactor) {}

  Settings settingsOf(Parameter parameter) {
    return groups.stream()
        .filter(group -> group.names().test(parameter.name()))
        .findFirst()
        .map(group -> new Settings(group.weightDecay(), group.lrFactor()))
        .orElseGet(() -> new Settings(parameter.decayed() ? weightDecay : 0, 1));
  }
}
