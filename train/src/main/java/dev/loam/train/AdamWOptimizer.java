// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.AdamW;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import dev.loam.train.checkpoint.OptimizerState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AdamW over what this rank updates, in as few calls as there are different settings. */
final class AdamWOptimizer implements Optimizer {
  private static final String FIRST_MOMENT = "adam_m";
  private static final String SECOND_MOMENT = "adam_v";

  private final Kernels kernels;
  private final AdamWOptions options;
  private final Map<AdamWOptions.Settings, Group> groups = new LinkedHashMap<>();
  private final List<OptimizerState> state = new ArrayList<>();

  /** What is updated in one call. */
  private record Group(
      List<Tensor> values, List<Tensor> gradients, List<Tensor> first, List<Tensor> second) {
    Group() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }
  }

  AdamWOptimizer(Kernels kernels, Arena arena, List<OwnedPiece> pieces, AdamWOptions options) {
    this.kernels = kernels;
    this.options = options;
    for (OwnedPiece piece : pieces) {
      Tensor first = zeros(arena, piece.value());
      Tensor second = zeros(arena, piece.value());
      state.add(new OptimizerState(FIRST_MOMENT, piece, first));
      state.add(new OptimizerState(SECOND_MOMENT, piece, second));
      addToGroups(piece, first, second);
    }
  }

  private Tensor zeros(Arena arena, Tensor like) {
    Tensor zeros = arena.allocate(like.dtype(), like.shape().toArray());
    kernels.fill(zeros, 0);
    return zeros;
  }

  /** Runs of parameters with the same settings stay together. */
  private void addToGroups(OwnedPiece piece, Tensor first, Tensor second) {
    long end = piece.start() + piece.value().elements();
    long at = piece.start();
    long next = 0;
    List<Parameter> parameters = piece.weight().parameters();
    for (int i = 0; i < parameters.size() && at < end; i++) {
      next += parameters.get(i).value().elements();
      AdamWOptions.Settings settings = options.settingsOf(parameters.get(i));
      boolean goesOn =
          i + 1 < parameters.size() && options.settingsOf(parameters.get(i + 1)).equals(settings);
      if (next > at && !goesOn) {
        long start = at - piece.start();
        long length = Math.min(next, end) - at;
        Group group = groups.computeIfAbsent(settings, s -> new Group());
        group.values.add(piece.value().rows(start, length));
        group.gradients.add(piece.gradient().rows(start, length));
        group.first.add(first.rows(start, length));
        group.second.add(second.rows(start, length));
        at += length;
      }
    }
  }

  @Override
  public List<OptimizerState> state() {
    return List.copyOf(state);
  }

  @Override
  public void update(Update update) {
    groups.forEach(
        (settings, group) ->
            kernels.adamW(
                group.values,
                group.gradients,
                group.first,
                group.second,
                new AdamW(
                    update.lr() * settings.lrFactor(),
                    options.beta1(),
                    options.beta2(),
                    options.eps(),
                    settings.weightDecay(),
                    update.number(),
                    update.gradientScale())));
  }
}
