// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.Engine;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.machine.ProcessMemory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A process of its own that plans a run and runs it: prints the bytes planned and the peak. */
final class PlannedProcess {
  private static final int THREADS = 2;

  private PlannedProcess() {}

  /**
   * Runs.
   *
   * @param args the configuration
   */
  public static void main(String[] args) {
    TrainingConfig config = TrainingConfig.read(Path.of(args[0]), Map.of());
    Engine engine = Engine.named("torch");
    RunPlan plan = RunPlan.of(config, engine, THREADS, OptionalDouble.empty());
    StepMetrics last = new TrainingRun(config).runOnThreads(engine, THREADS, List.of());
    String line =
        String.format(
            "PLANNED %d %d %d %f %f%n",
            plan.bytes(),
            plan.process(),
            ProcessMemory.peak().orElseThrow(),
            plan.stepSeconds(),
            last.seconds());
    System.out.write(line.getBytes(StandardCharsets.UTF_8), 0, line.length());
    System.out.flush();
  }
}
