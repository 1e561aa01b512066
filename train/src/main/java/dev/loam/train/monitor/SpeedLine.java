// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.StepMetrics;
import dev.loam.train.machine.ProcessMemory;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One line of text that also has the operations a second, their share of what the machine does at
 * best, and the memory of the process.
 */
record SpeedLine(BriefLine brief, ModelFlops flops, OptionalDouble machineFlops)
    implements StepText {
  private static final double GIB = 1L << 30;

  @Override
  public List<String> of(StepMetrics m, TimeLeft left) {
    StringBuilder line = new StringBuilder(brief.numbers(m));
    double perSecond = flops.perSecond(m);
    line.append(String.format(Locale.ROOT, " | %.3f TFLOP/s", perSecond / 1e12));
    if (machineFlops.isPresent()) {
      double share = 100 * perSecond / machineFlops.getAsDouble();
      line.append(String.format(Locale.ROOT, ", %.0f%%", share));
    }
    OptionalLong memory = ProcessMemory.resident();
    if (memory.isPresent()) {
      line.append(String.format(Locale.ROOT, " | %.2f GiB", memory.getAsLong() / GIB));
    }
    return List.of(line.append(brief.end(m, left)).toString());
  }
}
