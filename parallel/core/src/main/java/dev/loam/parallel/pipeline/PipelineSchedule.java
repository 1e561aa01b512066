// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The order in which the stages of a pipeline run micro batches. Each chunk runs its forward passes
 * in the order of the micro batches, and its backward passes too.
 *
 * <p>Schedules differ in how many forward passes come first; afterwards forward and backward passes
 * alternate. With virtual stages, micro batches go through the chunks of a stage in groups of as
 * many as there are stages, as in Megatron-LM.
 */
public enum PipelineSchedule {
  /** All forward passes, then all backward passes; keeps the activations of all micro batches. */
  GPIPE {
    @Override
    int warmUp(int stage, int stages, int microBatches, int virtualStages) {
      return microBatches;
    }
  },
  /** A backward pass as soon as there is one; stage s of p keeps p - s micro batches at most. */
  ONE_F_ONE_B {
    @Override
    int warmUp(int stage, int stages, int microBatches, int virtualStages) {
      return stages - stage - 1;
    }
  },
  /** The same over several virtual stages on each stage, which idle less and keep more. */
  INTERLEAVED {
    @Override
    int warmUp(int stage, int stages, int microBatches, int virtualStages) {
      return (stages - stage - 1) * 2 + (virtualStages - 1) * stages;
    }
  };

  /** The forward passes before the first backward pass, unless there are fewer in all. */
  abstract int warmUp(int stage, int stages, int microBatches, int virtualStages);

  /**
   * What a stage does in a step, in order.
   *
   * @param stage from 0
   * @param stages of the pipeline
   * @param microBatches of a step
   * @param virtualStages chunks of a stage
   * @throws IllegalArgumentException if there is no such stage, or the schedule cannot run so
   */
  public List<Action> actions(int stage, int stages, int microBatches, int virtualStages) {
    check(stage, stages, microBatches, virtualStages);
    List<Action> forward = new ArrayList<>();
    List<Action> backward = new ArrayList<>();
    for (int group = 0; group < microBatches; group += stages) {
      int end = Math.min(group + stages, microBatches);
      for (int chunk = 0; chunk < virtualStages; chunk++) {
        for (int i = group; i < end; i++) {
          forward.add(Action.forward(chunk, i));
          backward.add(Action.backward(virtualStages - 1 - chunk, i));
        }
      }
    }
    int all = forward.size();
    int ahead = Math.min(warmUp(stage, stages, microBatches, virtualStages), all);
    List<Action> actions = new ArrayList<>(forward.subList(0, ahead));
    for (int i = ahead; i < all; i++) {
      actions.add(forward.get(i));
      actions.add(backward.get(i - ahead));
    }
    actions.addAll(backward.subList(all - ahead, all));
    return List.copyOf(actions);
  }

  /**
   * The most micro batches that each chunk of a stage keeps the activations of at a time.
   *
   * @throws IllegalArgumentException as {@link #actions}
   */
  public List<Integer> maxInFlight(int stage, int stages, int microBatches, int virtualStages) {
    Integer[] most = new Integer[virtualStages];
    int[] now = new int[virtualStages];
    Arrays.fill(most, 0);
    for (Action action : actions(stage, stages, microBatches, virtualStages)) {
      int chunk = action.chunk();
      now[chunk] += action.kind() == Action.Kind.FORWARD ? 1 : -1;
      most[chunk] = Math.max(most[chunk], now[chunk]);
    }
    return List.of(most);
  }

  private void check(int stage, int stages, int microBatches, int virtualStages) {
    if (stages < 1 || stage < 0 || stage >= stages || microBatches < 1 || virtualStages < 1) {
      throw new IllegalArgumentException(
          String.format(
              "no stage %d of %d with %d micro batches and %d virtual stages",
              stage, stages, microBatches, virtualStages));
    }
    if (this != INTERLEAVED && virtualStages > 1) {
      throw new IllegalArgumentException(
          this + " runs no virtual stages; choose INTERLEAVED for " + virtualStages);
    }
    if (this == INTERLEAVED && microBatches % stages != 0) {
      throw new IllegalArgumentException(
          String.format(
              "INTERLEAVED runs multiples of %d micro batches on %d stages, not %d",
              stages, stages, microBatches));
    }
  }
}
