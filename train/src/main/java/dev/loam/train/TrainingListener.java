// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.nio.file.Path;
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

  /**
   * After a checkpoint was published.
   *
   * @param step steps done when it was taken
   * @param checkpoint its folder
   */
  default void onCheckpoint(long step, Path checkpoint) {}

  /** After the model was evaluated on held-out data. */
  default void onEvaluation(Evaluation evaluation) {}

  /**
   * After the model has continued texts.
   *
   * @param step steps done by then
   */
  default void onGeneration(long step, List<Generation> generations) {}

  /**
   * After a training has gone back to a checkpoint. Steps from there on are told again.
   *
   * @param badStep the step that was the reason, which has not been told
   * @param step steps done at the checkpoint
   */
  default void onRollBack(long badStep, long step) {}

  /** After the last step, whatever ended the run. */
  @Override
  default void close() {}
}
