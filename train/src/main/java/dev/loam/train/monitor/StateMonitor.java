// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.parallel.gradients.GlobalNorm;
import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.train.MicroLosses;
import dev.loam.train.RankObserver;
import dev.loam.train.checkpoint.OptimizerState;
import dev.loam.train.config.MonitorConfig.Format;
import dev.loam.train.config.MonitorConfig.Series;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The series that MindFormers' {@code TrainingStateMonitor} has, of one rank: norms of what this
 * rank has of each parameter's gradient and moments, the norm of all weights of all ranks, the
 * losses of micro batches. Only what is asked for is computed.
 */
final class StateMonitor implements RankObserver {
  private final SeriesOutput output;
  private final Target target;
  private final int replica;
  private final Optional<NamedNorms> gradients;
  private final Map<String, NamedNorms> states = new LinkedHashMap<>();
  private final Optional<GlobalNorm> weights;

  StateMonitor(SeriesOutput output, Rank rank) {
    this.output = output;
    this.target = Target.of(output.config());
    this.replica = rank.groups().position().data();
    gradients =
        output.isWanted(Series.LOCAL_NORM) || output.isWanted(Series.DEVICE_LOCAL_NORM)
            ? Optional.of(norms(rank, rank.pieces().stream().map(StateMonitor::gradient).toList()))
            : Optional.empty();
    if (output.isWanted(Series.OPTIMIZER_STATE)) {
      rank.states().stream()
          .map(OptimizerState::name)
          .distinct()
          .forEach(name -> states.put(name, norms(rank, state(rank, name))));
    }
    weights =
        output.isWanted(Series.WEIGHT_STATE)
            ? Optional.of(
                new GlobalNorm(
                    rank.kernels(), rank.arena(), rank.groups().world(), asGradients(rank)))
            : Optional.empty();
  }

  private static NamedNorms norms(Rank rank, List<NamedNorms.Run> runs) {
    return new NamedNorms(rank.kernels(), rank.arena(), runs);
  }

  private static NamedNorms.Run gradient(OwnedPiece piece) {
    return new NamedNorms.Run(piece, piece.gradient());
  }

  private static List<NamedNorms.Run> state(Rank rank, String name) {
    return rank.states().stream()
        .filter(state -> state.name().equals(name))
        .map(state -> new NamedNorms.Run(state.piece(), state.values()))
        .toList();
  }

  /** The weights in the place of their gradients, so that their norm is taken in the same way. */
  private static List<OwnedPiece> asGradients(Rank rank) {
    return rank.pieces().stream()
        .map(p -> new OwnedPiece(p.weight(), p.start(), p.value(), p.value(), p.counted()))
        .toList();
  }

  @Override
  public void onGradients(long step, MicroLosses losses) {
    if (!output.isDue(step)) {
      return;
    }
    gradients.map(NamedNorms::compute).ifPresent(norms -> writeGradients(step, norms));
    if (output.isWanted(Series.LOCAL_LOSS)) {
      writeLocalLoss(step, losses);
    }
    double own = mean(losses, i -> losses.ofReplica(replica, i));
    output.write(Series.DEVICE_LOCAL_LOSS, "device_accum_local_lm_loss", step, own);
  }

  private void writeGradients(long step, Map<String, Double> norms) {
    double device = Math.sqrt(norms.values().stream().mapToDouble(n -> n * n).sum());
    output.write(Series.DEVICE_LOCAL_NORM, "device_local_norm", step, device);
    writeEach(Series.LOCAL_NORM, "local_norm/", step, norms);
  }

  private void writeEach(Series series, String prefix, long step, Map<String, Double> norms) {
    norms.forEach(
        (name, norm) -> {
          if (target.includes(name)) {
            output.write(series, prefix + name, step, norm);
          }
        });
  }

  /** The log has the loss of each micro batch, TensorBoard their mean. */
  private void writeLocalLoss(long step, MicroLosses losses) {
    List<Format> formats = output.formats(Series.LOCAL_LOSS);
    if (formats.contains(Format.LOG)) {
      for (int i = 0; i < losses.microBatches(); i++) {
        output.write(List.of(Format.LOG), "micro_local_lm_loss", step, losses.ofAll(i));
      }
    }
    if (formats.contains(Format.TENSORBOARD)) {
      double mean = mean(losses, losses::ofAll);
      output.write(List.of(Format.TENSORBOARD), "local_lm_loss", step, mean);
    }
  }

  private static double mean(MicroLosses losses, IntToDoubleFunction loss) {
    return IntStream.range(0, losses.microBatches()).mapToDouble(loss).average().orElse(0);
  }

  @Override
  public void onUpdate(long step) {
    if (!output.isDue(step)) {
      return;
    }
    states.forEach(
        (name, norms) -> writeEach(Series.OPTIMIZER_STATE, name + "_norm/", step, norms.compute()));
    weights.ifPresent(
        norm -> output.write(Series.WEIGHT_STATE, "weight_norm", step, norm.compute()));
  }
}
