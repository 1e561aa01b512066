// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.util.List;

/** Is told of a run's progress, on the compute thread. */
public interface TrainingListener extends AutoCloseable {
  /**
   * Before the first step.
   *
   * @param summary lines that describe the run
   */
  default void onStart(List<String> summary) {}

  /** After each step. */
  default void onStep(StepMetrics metrics) {}

  /** After the last step, whatever ended the run. */
  @Override
  default void close() {}
}
