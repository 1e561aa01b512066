// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.Layout;
import java.util.List;

/**
 * What one stage of a pipeline has to do in each step.
 *
 * @param stage from 0
 * @param stages of the pipeline
 * @param virtualStages chunks of a stage
 * @param microBatches of a step
 */
public record StagePlan(
    PipelineSchedule schedule, int stage, int stages, int virtualStages, int microBatches) {

  /**
   * Checks that the schedule can run so.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public StagePlan {
    List<Action> unused = schedule.actions(stage, stages, microBatches, virtualStages);
    if (stages == 1 && virtualStages > 1) {
      throw new IllegalArgumentException(
          "one stage cannot have " + virtualStages + " virtual stages; choose 1");
    }
  }

  /** A stage of a layout's pipelines. */
  public static StagePlan of(Layout layout, int stage, PipelineSchedule schedule) {
    return new StagePlan(
        schedule, stage, layout.pipelineStages(), layout.virtualStages(), layout.microBatches());
  }

  /** The stage of a pipeline that has no other: each micro batch goes forward and back at once. */
  public static StagePlan single(int microBatches) {
    return new StagePlan(PipelineSchedule.ONE_F_ONE_B, 0, 1, 1, microBatches);
  }

  /** What the stage does, in order. */
  public List<Action> actions() {
    return schedule.actions(stage, stages, microBatches, virtualStages);
  }

  /** The most micro batches that a chunk keeps the activations of at a time. */
  public int maxInFlight(int chunk) {
    return schedule.maxInFlight(stage, stages, microBatches, virtualStages).get(chunk);
  }

  /** The number of a chunk among those of all stages, in the order of the model. */
  public int virtualStage(int chunk) {
    return chunk * stages + stage;
  }

  /** Whether a chunk starts the model. */
  public boolean isFirst(int chunk) {
    return virtualStage(chunk) == 0;
  }

  /** Whether a chunk ends the model. */
  public boolean isLast(int chunk) {
    return virtualStage(chunk) == stages * virtualStages - 1;
  }
}
