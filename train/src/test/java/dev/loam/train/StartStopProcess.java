// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.Storage;
import dev.loam.parallel.RankFailedException;
import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Starts and stops trainings one after the other, in ways that take turns, and says after each on
 * its standard output what is left: {@code cycle leases arenas tensors threads files kilobytes}.
 */
final class StartStopProcess {
  /** Watched as closely as can be. */
  private static final Map<String, String> ON_EIGHT_RANKS =
      Map.of(
          "use_parallel", "True",
          "parallel_config",
              "{data_parallel: 2, model_parallel: 2, pipeline_stage: 2, micro_batch_num: 2}",
          "runner_config.batch_size", "1",
          "stop_step", "2",
          "tensorboard", "{log_timers_to_tensorboard: True}",
          "monitor_config",
              "{monitor_on: True, local_norm_format: [log, tensorboard],"
                  + " device_local_loss_format: tensorboard, weight_state_format: tensorboard}");

  private final TinyConfig config;
  private final Engine engine = Engine.named("torch");

  private StartStopProcess(Path folder) {
    config = new TinyConfig(folder);
  }

  /**
   * Runs.
   *
   * @param args a folder to work in, and how many trainings to run
   */
  public static void main(String[] args) throws IOException {
    StartStopProcess process = new StartStopProcess(Path.of(args[0]));
    for (int cycle = 1; cycle <= Integer.parseInt(args[1]); cycle++) {
      process.run(cycle);
      process.report(cycle);
    }
  }

  private void run(int cycle) throws IOException {
    switch (cycle % 4) {
      case 0 -> train(Map.of("stop_step", "2"), new StopRequest(), step -> {});
      case 1 -> {
        StopRequest stop = new StopRequest();
        train(Map.of(), stop, step -> stop.request());
        train(Map.of("resume_training", "True", "stop_step", "3"), new StopRequest(), step -> {});
      }
      case 2 -> train(ON_EIGHT_RANKS, new StopRequest(), step -> {});
      default -> fail();
    }
    delete(config.output());
  }

  private void fail() {
    try {
      train(
          ON_EIGHT_RANKS,
          new StopRequest(),
          step -> {
            throw new IllegalStateException("a listener that fails");
          });
    } catch (RankFailedException e) {
      return;
    }
    throw new AssertionError("a training whose listener fails ends well");
  }

  private interface AfterStep {
    void at(long step);
  }

  private void train(Map<String, String> overrides, StopRequest stop, AfterStep after) {
    StepMetrics unused =
        new TrainingRun(config.with(overrides), stop, Storage.disk())
            .runOnThreads(
                engine,
                2,
                List.of(
                    new TrainingListener() {
                      @Override
                      public void onStep(StepMetrics metrics) {
                        after.at(metrics.step());
                      }
                    }));
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  private void report(int cycle) throws IOException {
    System.gc();
    EngineUse use = engine.use();
    System.out.printf(
        "%d %d %d %d %d %d %d%n",
        cycle,
        use.leases(),
        use.arenas(),
        use.tensors(),
        entries(Path.of("/proc/self/task")),
        entries(Path.of("/proc/self/fd")),
        residentKilobytes());
  }

  private static long entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    }
  }

  private static long residentKilobytes() throws IOException {
    String line =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(l -> l.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", ""));
  }
}
