// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import dev.loam.train.LayoutRun;
import dev.loam.train.LossReduction;
import dev.loam.train.MicroLosses;
import dev.loam.train.RankObserver;
import dev.loam.train.StepMetrics;
import dev.loam.train.checkpoint.OptimizerState;
import dev.loam.train.config.MonitorConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateMonitorTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(37, 16, 24, 2, 4, 2, 8, 16, 1e4, 1e-6, 0.1, false, SpecialTokens.none());

  /** Event files have float32, which is right to 6e-8. */
  private static final double RELATIVE = 1e-6;

  @TempDir Path folder;

  private static MonitorConfig config(int interval, boolean invert, String... target) {
    Map<MonitorConfig.Series, List<MonitorConfig.Format>> formats = new HashMap<>();
    for (MonitorConfig.Series series : MonitorConfig.Series.values()) {
      formats.put(series, List.of(MonitorConfig.Format.TENSORBOARD));
    }
    return new MonitorConfig(
        true,
        List.of(target),
        invert,
        interval,
        formats,
        Optional.empty(),
        false,
        MonitorConfig.OFF.globalNorm());
  }

  private Path files(int rank) {
    return folder.resolve("events-" + rank);
  }

  /** A monitor whose file is closed with it. */
  private RankObserver monitor(MonitorConfig config, RankObserver.Rank rank) {
    int number = rank.groups().world().rank();
    EventFile file = EventFile.start(files(number), 0, 1);
    InfoLog log = new InfoLog(folder.resolve("info-" + number), ModelFlops.of(CONFIG), 1);
    StateMonitor monitor = new StateMonitor(new SeriesOutput(config, file, log), rank);
    return new RankObserver() {
      @Override
      public void onGradients(long step, MicroLosses losses) {
        monitor.onGradients(step, losses);
      }

      @Override
      public void onUpdate(long step) {
        monitor.onUpdate(step);
      }

      @Override
      public void close() {
        file.close();
        log.close();
      }
    };
  }

  private LayoutRun.Result train(Layout layout, MonitorConfig config) {
    return train(LayoutRun.of(CONFIG, layout), config);
  }

  private LayoutRun.Result train(LayoutRun run, MonitorConfig config) {
    return run.run(folder.resolve("model"), t -> t.optObserver(rank -> monitor(config, rank)));
  }

  /** Values by tag, then by step. */
  private record Values(Map<String, Map<Long, Double>> tags) {
    Map<Long, Double> of(String tag) {
      return tags.getOrDefault(tag, Map.of());
    }

    double at(String tag, long step) {
      return of(tag).getOrDefault(step, 0.0);
    }
  }

  private Values values(int rank) {
    Map<String, Map<Long, Double>> values = new TreeMap<>();
    for (EventReader.Read event : EventReader.folder(files(rank))) {
      if (!event.tag().isEmpty()) {
        Double other =
            values
                .computeIfAbsent(event.tag(), tag -> new TreeMap<>())
                .put(event.step(), (double) event.value());
        assertThat(other).as("%s at %d once", event.tag(), event.step()).isNull();
      }
    }
    return new Values(values);
  }

  /** Computes the same in another way: parameters are taken out of whole weights as matrices. */
  private static final class Check implements RankObserver {
    final Map<String, Map<Long, Double>> expected = new HashMap<>();
    private final RankObserver monitor;
    private final Rank rank;

    Check(RankObserver monitor, Rank rank) {
      this.monitor = monitor;
      this.rank = rank;
    }

    private void expect(String tag, long step, double value) {
      expected.computeIfAbsent(tag, t -> new TreeMap<>()).put(step, value);
    }

    private void each(String prefix, long step, OwnedPiece piece, Tensor values) {
      Tensor whole = values.view(piece.weight().value().shape().toArray());
      for (Parameter parameter : piece.weight().parameters()) {
        double norm = norm(piece.weight().partOf(whole, parameter));
        expect(prefix + parameter.name(), step, norm);
      }
    }

    private static double norm(Tensor tensor) {
      return Math.sqrt(Arrays.stream(tensor.toDoubles()).map(x -> x * x).sum());
    }

    @Override
    public void onGradients(long step, MicroLosses losses) {
      monitor.onGradients(step, losses);
      for (OwnedPiece piece : rank.pieces()) {
        each("local_norm/", step, piece, piece.gradient());
      }
    }

    @Override
    public void onUpdate(long step) {
      monitor.onUpdate(step);
      for (OptimizerState state : rank.states()) {
        each(state.name() + "_norm/", step, state.piece(), state.values());
      }
      double squares = rank.pieces().stream().mapToDouble(p -> Math.pow(norm(p.value()), 2)).sum();
      expect("weight_norm", step, Math.sqrt(squares));
    }

    @Override
    public void close() {
      monitor.close();
    }
  }

  private static Offset<Double> of(double value) {
    return within(RELATIVE * Math.abs(value) + 1e-30);
  }

  @Test
  void onOneRankEverySeriesIsWhatItsNameSays() {
    List<Check> checks = new ArrayList<>();
    MonitorConfig config = config(1, false, ".*");
    LayoutRun.Result result =
        LayoutRun.of(CONFIG, Layout.single())
            .withReduction(LossReduction.MICRO_MEAN)
            .run(
                folder.resolve("model"),
                trainer ->
                    trainer.optObserver(
                        rank -> {
                          Check check = new Check(monitor(config, rank), rank);
                          checks.add(check);
                          return check;
                        }));
    Values values = values(0);
    Map<String, Map<Long, Double>> expected = checks.get(0).expected;
    assertThat(expected.keySet()).filteredOn(tag -> tag.startsWith("adam_m_norm/")).hasSize(25);
    expected.forEach(
        (tag, steps) -> {
          assertThat(values.of(tag).keySet()).as(tag).isEqualTo(steps.keySet());
          steps.forEach(
              (step, value) ->
                  assertThat(values.at(tag, step)).as(tag).isCloseTo(value, of(value)));
        });
    for (StepMetrics step : result.steps()) {
      assertThat(values.at("device_local_norm", step.step()))
          .isCloseTo(step.gradientNorm(), of(step.gradientNorm()));
      assertThat(values.at("local_lm_loss", step.step())).isCloseTo(step.loss(), of(step.loss()));
      assertThat(values.at("device_accum_local_lm_loss", step.step()))
          .isCloseTo(step.loss(), of(step.loss()));
    }
    assertThat(values.tags()).hasSize(expected.size() + 3);
  }

  /** Gradients and weights are the same bits under both layouts. */
  @Test
  void ranksThatShareTheOptimizerHaveTheNormsOfTheirParts() {
    MonitorConfig config = config(1, false, ".*");
    LayoutRun.Result unused = train(Layout.single(), config);
    Values whole = values(0);
    folder = folder.resolve("ranks");
    LayoutRun.Result ranks = train(Layout.of(2, 1, 2).withShardedOptimizer(true), config);
    List<Values> parts = List.of(values(0), values(1), values(2), values(3));
    for (String tag : whole.tags().keySet()) {
      if (tag.contains("/")) {
        double squares = parts.stream().mapToDouble(part -> part.at(tag, 3)).map(x -> x * x).sum();
        double expected = whole.at(tag, 3);
        assertThat(Math.sqrt(squares)).as(tag).isCloseTo(expected, of(expected));
      }
    }
    double deviceSquares =
        parts.stream().mapToDouble(p -> Math.pow(p.at("device_local_norm", 3), 2)).sum();
    double norm = ranks.steps().get(2).gradientNorm();
    assertThat(Math.sqrt(deviceSquares)).isCloseTo(norm, of(norm));
    for (Values part : parts) {
      double weights = whole.at("weight_norm", 3);
      assertThat(part.at("weight_norm", 3)).isCloseTo(weights, of(weights));
    }
  }

  /** Where each micro batch weighs the same, the mean of their losses is the loss. */
  @Test
  void lossesAreThoseOfAllReplicasOrOfOne() {
    LayoutRun run =
        LayoutRun.of(CONFIG, Layout.of(2, 1, 2)).withReduction(LossReduction.MICRO_MEAN);
    LayoutRun.Result ranks = train(run, config(1, false, ".*"));
    List<Values> parts = List.of(values(0), values(1), values(2), values(3));
    for (Values part : parts) {
      for (StepMetrics step : ranks.steps()) {
        assertThat(part.at("local_lm_loss", step.step())).isCloseTo(step.loss(), of(step.loss()));
      }
    }
    // Replicas have losses of their own, the stages of one the same.
    assertThat(parts.get(0).of("device_accum_local_lm_loss"))
        .isEqualTo(parts.get(2).of("device_accum_local_lm_loss"))
        .isNotEqualTo(parts.get(1).of("device_accum_local_lm_loss"));
  }

  @Test
  void onlyTheTargetEveryFewSteps() {
    LayoutRun.Result unused = train(Layout.single(), config(5, false, "q_proj", "^model\\.norm"));
    Values values = values(0);
    assertThat(values.tags().keySet())
        .filteredOn(tag -> tag.startsWith("local_norm/"))
        .containsExactly(
            "local_norm/model.layers.0.self_attn.q_proj.weight",
            "local_norm/model.layers.1.self_attn.q_proj.weight",
            "local_norm/model.norm.weight");
    values
        .tags()
        .forEach(
            (tag, steps) -> assertThat(steps.keySet()).as(tag).containsExactly(5L, 10L, 15L, 20L));
  }

  @Test
  void allButTheTarget() {
    LayoutRun.Result unused = train(Layout.single(), config(20, true, "layers", "lm_head"));
    assertThat(values(0).tags().keySet())
        .filteredOn(tag -> tag.startsWith("adam_v_norm/"))
        .containsExactly("adam_v_norm/model.embed_tokens.weight", "adam_v_norm/model.norm.weight");
  }
}
