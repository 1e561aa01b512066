// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Runs a schedule on all its stages with whole-numbered costs and free communication. A pass starts
 * as soon as its stage has done what comes before and its input is there.
 */
final class VirtualClock {
  /** A pass of a virtual stage. */
  record Pass(Action.Kind kind, int virtualStage, int microBatch) {}

  private final List<StagePlan> stages = new ArrayList<>();
  private final int lastVirtualStage;
  private final int forwardCost;
  private final int backwardCost;
  private final Map<Pass, Integer> ends = new HashMap<>();
  private final int[] stageEnds;

  private VirtualClock(
      PipelineSchedule schedule,
      int stages,
      int microBatches,
      int virtualStages,
      int forwardCost,
      int backwardCost) {
    for (int s = 0; s < stages; s++) {
      this.stages.add(new StagePlan(schedule, s, stages, virtualStages, microBatches));
    }
    this.lastVirtualStage = stages * virtualStages - 1;
    this.forwardCost = forwardCost;
    this.backwardCost = backwardCost;
    this.stageEnds = new int[stages];
  }

  /** Runs it; fails if a stage waits for ever. */
  static VirtualClock run(
      PipelineSchedule schedule,
      int stages,
      int microBatches,
      int virtualStages,
      int forwardCost,
      int backwardCost) {
    VirtualClock clock =
        new VirtualClock(schedule, stages, microBatches, virtualStages, forwardCost, backwardCost);
    clock.run();
    return clock;
  }

  private void run() {
    int[] done = new int[stages.size()];
    boolean progress = true;
    while (progress) {
      progress = false;
      for (StagePlan stage : stages) {
        List<Action> actions = stage.actions();
        int s = stage.stage();
        while (done[s] < actions.size() && pass(stage, actions.get(done[s]))) {
          done[s]++;
          progress = true;
        }
      }
    }
    for (StagePlan stage : stages) {
      if (done[stage.stage()] < stage.actions().size()) {
        throw new AssertionError(
            stage + " waits for ever at " + stage.actions().get(done[stage.stage()]));
      }
    }
  }

  /** Whether the pass could be run. */
  private boolean pass(StagePlan stage, Action action) {
    Pass pass = pass(stage.virtualStage(action.chunk()), action);
    int start = stageEnds[stage.stage()];
    for (Pass needed : needs(pass)) {
      OptionalInt end = end(needed);
      if (end.isEmpty()) {
        return false;
      }
      start = Math.max(start, end.getAsInt());
    }
    int cost = action.kind() == Action.Kind.FORWARD ? forwardCost : backwardCost;
    if (ends.put(pass, start + cost) != null) {
      throw new AssertionError(pass + " ran twice");
    }
    stageEnds[stage.stage()] = start + cost;
    return true;
  }

  private static Pass pass(int virtualStage, Action action) {
    return new Pass(action.kind(), virtualStage, action.microBatch());
  }

  private List<Pass> needs(Pass pass) {
    int q = pass.virtualStage();
    int i = pass.microBatch();
    List<Pass> needs = new ArrayList<>();
    if (pass.kind() == Action.Kind.FORWARD) {
      if (q > 0) {
        needs.add(new Pass(Action.Kind.FORWARD, q - 1, i));
      }
      return needs;
    }
    needs.add(new Pass(Action.Kind.FORWARD, q, i));
    if (q < lastVirtualStage) {
      needs.add(new Pass(Action.Kind.BACKWARD, q + 1, i));
    }
    return needs;
  }

  private OptionalInt end(Pass pass) {
    return Optional.ofNullable(ends.get(pass)).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  /** When a pass ended. */
  int end(Action.Kind kind, int virtualStage, int microBatch) {
    return end(new Pass(kind, virtualStage, microBatch)).orElseThrow();
  }

  /** The number of passes of all stages. */
  int passes() {
    return ends.size();
  }

  /** When the last stage was done. */
  int span() {
    int span = 0;
    for (int end : stageEnds) {
      span = Math.max(span, end);
    }
    return span;
  }
}
