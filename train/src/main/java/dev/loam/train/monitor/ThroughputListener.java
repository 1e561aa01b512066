// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingListener;
import dev.loam.train.config.MonitorConfig.Format;
import java.util.List;

/**
 * Writes {@code throughput_linearity}: the speed of each rank, relative to a given one.
 *
 * @param baseline samples a second of one rank
 */
record ThroughputListener(SeriesOutput output, int ranks, double baseline)
    implements TrainingListener {
  @Override
  public void onStep(StepMetrics m) {
    if (output.isDue(m.step())) {
      double ofRank = m.samples() / m.seconds() / ranks;
      output.write(List.of(Format.values()), "throughput_linearity", m.step(), ofRank / baseline);
    }
  }
}
