// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.monitor.EventReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run writes beside its metrics: event files, logs and the report. */
class MonitoredRunTest {
  @TempDir Path folder;

  private final List<StepMetrics> steps = new ArrayList<>();

  private Path run(Map<String, String> overrides) {
    TrainingConfig config = new TinyConfig(folder).with(overrides);
    StepMetrics unused =
        new TrainingRun(config)
            .runOnThreads(
                Engine.named("torch"),
                1,
                List.of(
                    new TrainingListener() {
                      @Override
                      public void onStep(StepMetrics metrics) {
                        steps.add(metrics);
                      }
                    }));
    return config.outputDir();
  }

  private static List<EventReader.Read> curve(List<EventReader.Read> events, String tag) {
    return events.stream().filter(event -> event.tag().equals(tag)).toList();
  }

  private static List<Long> steps(List<EventReader.Read> events, String tag) {
    return curve(events, tag).stream().map(EventReader.Read::step).toList();
  }

  private static List<Long> range(long first, long last, long factor) {
    return LongStream.rangeClosed(first, last).map(i -> i * factor).boxed().toList();
  }

  @Test
  void curvesHaveUpstreamsNames() throws IOException {
    Path output =
        run(
            Map.of(
                "tensorboard.log_loss_scale_to_tensorboard", "True",
                "tensorboard.log_timers_to_tensorboard", "True"));
    List<EventReader.Read> events = EventReader.folder(output.resolve("tensorboard"));
    for (String tag :
        List.of(
            "batch-size",
            "loss",
            "learning-rate",
            "grad-norm",
            "loss-scale",
            "iteration-time",
            "throughput")) {
      assertThat(steps(events, tag)).as(tag).isEqualTo(range(1, 12, 1));
      assertThat(steps(events, tag + " vs samples")).as(tag).isEqualTo(range(1, 12, 4));
    }
    for (String tag : List.of("lm-loss", "B-samples-per-day", "model-flops-throughput-per-npu")) {
      assertThat(steps(events, tag)).as(tag).isEqualTo(range(1, 12, 1));
    }
    for (int i = 0; i < 12; i++) {
      assertThat(curve(events, "loss").get(i).value()).isEqualTo((float) steps.get(i).loss());
      assertThat(curve(events, "grad-norm vs samples").get(i).value())
          .isEqualTo((float) steps.get(i).gradientNorm());
      assertThat(curve(events, "learning-rate").get(i).value())
          .isEqualTo((float) steps.get(i).lr());
      assertThat(curve(events, "batch-size").get(i).value()).isEqualTo(4);
      assertThat(curve(events, "iteration-time").get(i).value())
          .isEqualTo((float) (steps.get(i).seconds() * 1000));
    }
    assertThat(curve(events, "model/text_summary").get(0).text()).contains("    hidden_size: 16");
    assertThat(curve(events, "run/text_summary").get(0).text()).contains("    epochs: 2");
  }

  @Test
  void aRunThatGoesOnHasEveryStepOnce() throws IOException {
    Path output = run(Map.of("stop_step", "5"));
    run(Map.of("resume_training", "True", "stop_step", "9"));
    run(Map.of("resume_training", "iteration_00000005"));
    Path board = output.resolve("tensorboard");
    List<EventReader.Read> events = EventReader.folder(board);
    assertThat(steps(events, "loss")).isEqualTo(range(1, 12, 1));
    assertThat(steps(events, "loss vs samples")).isEqualTo(range(1, 12, 4));
    String log = Files.readString(output.resolve("log/rank_0/info.log"));
    assertThat(log).contains("step:[    5/    6]").contains("Training Over");
    assertThat(Files.readString(output.resolve("report.html")))
        .contains("All 12 steps are done.")
        .contains("iteration_00000012");
  }

  @Test
  void everyRankHasFilesOfItsOwn() throws IOException {
    Path output =
        run(
            Map.of(
                "use_parallel", "True",
                "parallel_config.data_parallel", "2",
                "runner_config.batch_size", "1",
                "monitor_config.monitor_on", "True",
                "monitor_config.device_local_loss_format", "[log, tensorboard]",
                "monitor_config.throughput_baseline", "2.0"));
    for (int rank = 0; rank < 2; rank++) {
      List<EventReader.Read> events =
          EventReader.folder(output.resolve("tensorboard/rank_" + rank));
      assertThat(steps(events, "loss")).isEqualTo(range(1, 12, 1));
      assertThat(steps(events, "device_accum_local_lm_loss")).isEqualTo(range(1, 12, 1));
      double linearity = curve(events, "throughput_linearity").get(3).value();
      assertThat(linearity).isPositive();
      List<String> log = Files.readAllLines(output.resolve("log/rank_" + rank + "/info.log"));
      assertThat(log)
          .filteredOn(line -> line.contains("device_accum_local_lm_loss: "))
          .hasSize(12)
          .first()
          .asString()
          .contains("Epoch:[  1/  2], step:[    1/    6] device_accum_local_lm_loss: 3.");
    }
    assertThat(output.resolve("report.html")).exists();
  }

  @Test
  void watchingChangesNothing() {
    run(Map.of());
    Map<String, String> all = new HashMap<>();
    all.put("monitor_config.monitor_on", "True");
    all.put("output_dir", folder.resolve("watched").toString());
    for (String series :
        List.of(
            "local_loss",
            "device_local_loss",
            "local_norm",
            "device_local_norm",
            "optimizer_state",
            "weight_state")) {
      all.put("monitor_config." + series + "_format", "[log, tensorboard]");
    }
    Path output = run(all);
    for (int i = 0; i < 12; i++) {
      assertThat(steps.get(12 + i).loss()).isEqualTo(steps.get(i).loss());
      assertThat(steps.get(12 + i).gradientNorm()).isEqualTo(steps.get(i).gradientNorm());
    }
    List<EventReader.Read> events = EventReader.folder(output.resolve("tensorboard"));
    assertThat(steps(events, "local_norm/model.layers.1.mlp.up_proj.weight"))
        .isEqualTo(range(1, 12, 1));
    assertThat(steps(EventReader.folder(folder.resolve("out/tensorboard")), "weight_norm"))
        .isEmpty();
  }
}
