// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.RankObserver;
import dev.loam.train.TrainingListener;
import dev.loam.train.config.MonitorConfig;
import dev.loam.train.config.TensorBoardConfig;
import dev.loam.train.config.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What watches a run on one rank: each has an event file and a log of its own; the report is the
 * first rank's.
 *
 * @param listeners close the files
 * @param observers look at what is asked for in {@code monitor_config}
 */
public record RunMonitor(List<TrainingListener> listeners, RankObserver.Factory observers) {
  /** Copies the list. */
  public RunMonitor {
    listeners = List.copyOf(listeners);
  }

  /**
   * Opens the files of a rank.
   *
   * @param step the step that the run goes on after; 0 if it starts afresh
   */
  public static RunMonitor open(TrainingConfig config, int rank, long step) {
    int ranks = config.parallel().layout().worldSize();
    ModelFlops flops = ModelFlops.of(config);
    Path output = config.outputDir();
    InfoLog log = new InfoLog(output.resolve("log/rank_" + rank + "/info.log"), flops, ranks);
    EventFile events;
    try {
      events = events(config, rank, step);
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
    SeriesOutput series = new SeriesOutput(config.monitor(), events, log);
    List<TrainingListener> listeners = new ArrayList<>();
    MonitorConfig monitor = config.monitor();
    if (monitor.on()) {
      monitor
          .throughputBaseline()
          .ifPresent(base -> listeners.add(new ThroughputListener(series, ranks, base)));
    }
    TensorBoardConfig board = config.tensorBoard();
    listeners.add(
        new EventListener(
            events, new EventListener.Options(board.lossScale(), board.timers(), ranks), flops));
    listeners.add(log);
    if (rank == 0) {
      listeners.add(new ReportListener(config));
    }
    return new RunMonitor(
        listeners, monitor.on() ? r -> new StateMonitor(series, r) : RankObserver.Factory.none());
  }

  private static EventFile events(TrainingConfig config, int rank, long step) {
    TensorBoardConfig board = config.tensorBoard();
    Path folder = board.folder().orElse(config.outputDir().resolve("tensorboard"));
    if (config.parallel().layout().worldSize() > 1) {
      folder = folder.resolve("rank_" + rank);
    }
    EventFile events = EventFile.start(folder, step, board.queueSize());
    ConfigText.sections(config)
        .forEach(
            (section, lines) ->
                events.text(section, step, Markdown.code(String.join("\n", lines))));
    return events;
  }
}
