// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.StepMetrics;
import java.util.List;
import java.util.OptionalDouble;

/** How a step is told of on a console. */
public interface StepText {
  /** The lines of a step; none where it is not told of. */
  List<String> of(StepMetrics step, TimeLeft left);

  /** One line: loss, gradient norm, rate, time and tokens a second. */
  static StepText brief() {
    return new BriefLine();
  }

  /**
   * One line, which also says how fast the machine computes.
   *
   * @param machineFlops what it does at best, operations a second; empty if not known
   */
  static StepText brief(ModelFlops flops, OptionalDouble machineFlops) {
    return new SpeedLine(new BriefLine(), flops, machineFlops);
  }

  /**
   * The two records of MindFormers.
   *
   * @param ranks that the work is shared by
   * @param everySteps steps between two that are told of
   */
  static StepText mindFormers(ModelFlops flops, int ranks, int everySteps) {
    MindFormersLines lines = new MindFormersLines(flops, ranks);
    return (m, left) ->
        m.step() % everySteps == 0 || m.isComplete() ? lines.of(m, left.seconds()) : List.of();
  }
}
