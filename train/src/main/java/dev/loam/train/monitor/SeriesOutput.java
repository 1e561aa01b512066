// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.config.MonitorConfig;
import dev.loam.train.config.MonitorConfig.Format;
import dev.loam.train.config.MonitorConfig.Series;
import java.util.List;

/**
 * Where the values of each series go.
 *
 * @param config which formats each has
 */
record SeriesOutput(MonitorConfig config, EventFile events, InfoLog log) {
  List<Format> formats(Series series) {
    return config.formats().getOrDefault(series, List.of());
  }

  boolean isWanted(Series series) {
    return !formats(series).isEmpty();
  }

  /** Whether values of a step are written. */
  boolean isDue(long step) {
    return config.on() && step % config.stepInterval() == 0;
  }

  void write(Series series, String tag, long step, double value) {
    write(formats(series), tag, step, value);
  }

  void write(List<Format> formats, String tag, long step, double value) {
    for (Format format : formats) {
      switch (format) {
        case LOG -> log.value(tag, value);
        case TENSORBOARD -> events.scalar(tag, step, value);
      }
    }
  }
}
