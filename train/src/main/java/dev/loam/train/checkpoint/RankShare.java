// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.Partition;
import dev.loam.parallel.Position;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Copies;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What one rank saves of a model in training, so that all ranks together save each element once and
 * about equally much. Replicas divide what they all have; so do tensor ranks, which all have the
 * norms; and of a tied embedding on two stages the first has the say. An optimizer's state that
 * belongs to one replica alone is saved by it. Weights that are not trained are not saved.
 */
final class RankShare {
  private final Layout layout;
  private final Position position;
  private final List<Weight> weights = new ArrayList<>();

  /**
   * A run of a parameter within its weight.
   *
   * @param offset the run's first element, counted in the flat weight
   */
  private record WeightRun(Weight weight, FlatRun run, long offset) {}

  RankShare(Qwen3Model model) {
    layout = model.groups().layout();
    position = model.groups().position();
    List<Weight> elsewhere =
        position.stage() == 0
            ? List.of()
            : model.parts().stream().flatMap(part -> part.sharedWeight().stream()).toList();
    model.weights().stream()
        .distinct()
        .filter(weight -> weight.trainable() && !elsewhere.contains(weight))
        .forEach(weights::add);
  }

  /** The pieces of weights. */
  List<TensorPiece> weights() {
    return pieces(divided(), "", run -> flat(run.weight().value()).rows(run.offset(), length(run)));
  }

  /**
   * The pieces of an optimizer's state.
   *
   * @param states all that this rank has
   */
  List<TensorPiece> states(List<OptimizerState> states) {
    boolean own = layout.shardedOptimizer() && layout.dataParallel() > 1;
    List<WeightRun> divided = own ? List.of() : divided();
    List<TensorPiece> pieces = new ArrayList<>();
    for (OptimizerState state : states) {
      Weight weight = state.piece().weight();
      if (weights.contains(weight)) {
        List<WeightRun> runs =
            own
                ? runsOf(state).stream().map(this::amongTensorRanks).toList()
                : divided.stream().filter(run -> run.weight().equals(weight)).toList();
        pieces.addAll(pieces(runs, state));
      }
    }
    return pieces;
  }

  private static List<TensorPiece> pieces(List<WeightRun> runs, OptimizerState state) {
    long start = state.piece().start();
    return pieces(
        runs, state.name() + ".", run -> state.values().rows(run.offset() - start, length(run)));
  }

  private static long length(WeightRun run) {
    return run.run().length();
  }

  private static List<TensorPiece> pieces(
      List<WeightRun> runs, String prefix, Function<WeightRun, Tensor> values) {
    List<TensorPiece> pieces = new ArrayList<>();
    for (WeightRun run : runs) {
      Tensor flat = values.apply(run);
      for (FlatRun.Box box : run.run().boxes()) {
        long count = box.slice().shape().elements();
        String name = prefix + run.run().parameter().name();
        pieces.add(new TensorPiece(name, box.slice(), flat.rows(box.offset(), count)));
      }
    }
    return pieces;
  }

  /** This rank's part of what all replicas have. */
  private List<WeightRun> divided() {
    List<WeightRun> all = new ArrayList<>();
    for (Weight weight : weights) {
      for (WeightRun run : runs(weight, 0, weight.value().elements())) {
        all.add(amongTensorRanks(run));
      }
    }
    long total = all.stream().mapToLong(RankShare::length).sum();
    Partition replicas = Partition.even(total, layout.dataParallel());
    long from = replicas.start(position.data());
    long to = from + replicas.length(position.data());
    List<WeightRun> own = new ArrayList<>();
    long at = 0;
    for (WeightRun run : all) {
      long first = cut(run, from - at);
      long end = cut(run, to - at);
      if (first < end) {
        own.add(new WeightRun(run.weight(), run.run().part(first, end), run.offset() + first));
      }
      at += length(run);
    }
    return own;
  }

  /** Cuts lie between rows, so that a part is one box. */
  private static long cut(WeightRun run, long wanted) {
    long within = Math.max(0, Math.min(length(run), wanted));
    return within == length(run) ? within : run.run().rowStart(within);
  }

  /** Tensor ranks divide among them what all of them have. */
  private WeightRun amongTensorRanks(WeightRun run) {
    if (run.weight().copies() == Copies.NONE) {
      return run;
    }
    Partition parts = Partition.even(length(run), layout.tensorParallel());
    long from = parts.start(position.tensor());
    long to = from + parts.length(position.tensor());
    return new WeightRun(run.weight(), run.run().part(from, to), run.offset() + from);
  }

  private static List<WeightRun> runsOf(OptimizerState state) {
    long start = state.piece().start();
    return runs(state.piece().weight(), start, start + state.values().elements());
  }

  /** The parts of parameters between two places of a flat weight. */
  private static List<WeightRun> runs(Weight weight, long from, long to) {
    List<WeightRun> runs = new ArrayList<>();
    long at = 0;
    for (Parameter parameter : weight.parameters()) {
      long length = parameter.value().elements();
      long first = Math.max(from, at);
      long end = Math.min(to, at + length);
      if (first < end) {
        runs.add(new WeightRun(weight, FlatRun.whole(parameter).part(first - at, end - at), first));
      }
      at += length;
    }
    return runs;
  }

  /**
   * All boxes that a rank has state of, whoever saves them, with the memory they are in: what it
   * reads to go on.
   */
  static List<TensorPiece> held(List<OptimizerState> states) {
    return states.stream().flatMap(state -> pieces(runsOf(state), state).stream()).toList();
  }

  private static Tensor flat(Tensor tensor) {
    return tensor.view(tensor.elements());
  }
}
