// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.part.MicroBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The loop of one rank, step after step: batch, step, what is told of it, evaluation, checkpoint.
 * All ranks go the same way through it.
 *
 * @param stepOffset 0 to read the rate of step 0 at the first step, 1 to read that of step 1
 * @param totalSteps in batches of the size of now
 */
record TrainingLoop(
    Qwen3Model model,
    DataLoader batches,
    LearningRateSchedule schedule,
    int stepOffset,
    long totalSteps,
    Evaluations evaluations,
    Checkpointing checkpointing,
    StopRequest stopRequest,
    StepClock clock) {

  /** Trains on from a state to the end, and saves it. */
  StepMetrics run(
      TrainingState start,
      RankSetup.Ready rank,
      StepTotals totals,
      Saving saving,
      TrainingListener listener) {
    TrainingState state = start;
    long ahead = start.stepsAhead(batches);
    long lastStep = totalSteps + ahead;
    StepMetrics last = StepMetrics.before(start, batches, lastStep);
    try {
      evaluations.atStart(start, model, listener);
      while (!saving.betweenSteps(state, totals, stops()) && goesOn(state, lastStep)) {
        StepEvent event = StepEvent.begun(model.groups().world().rank());
        long began = System.nanoTime();
        List<MicroBatch> own = batches.step(state.cursor().start(batches));
        event.dataRead();
        clock.ended(StepClock.Part.DATA);
        double lr = schedule.at(state.step() - ahead + stepOffset);
        TrainStep.Outcome outcome = rank.step().run(own, lr, state);
        if (outcome.isRollBack()) {
          state = rollBack(state, outcome, rank, saving, listener);
          continue;
        }
        state = outcome.after(state, batches);
        last = StepMetrics.of(state, batches, lastStep, outcome, lr, System.nanoTime() - began);
        event.ended(last);
        listener.onStep(last);
        state = evaluations.afterStep(state, model, batches, listener);
      }
    } catch (RuntimeException e) {
      if (isSound(rank, state, e)) {
        saving.onFailure(state, e);
      }
      throw e;
    }
    saving.atEnd(state);
    if (goesOn(state, lastStep)) {
      return last;
    }
    evaluations.atEnd(state, model, batches, listener);
    return state.step() < lastStep ? last.endingAt(state.step()) : last;
  }

  private boolean goesOn(TrainingState state, long lastStep) {
    return state.step() < lastStep && !evaluations.endTraining(state);
  }

  private boolean stops() {
    return Thread.currentThread().isInterrupted() || stopRequest.isRequested();
  }

  /** The state of the newest checkpoint, from which the step that was bad is to be left out. */
  private TrainingState rollBack(
      TrainingState state,
      TrainStep.Outcome outcome,
      RankSetup.Ready rank,
      Saving saving,
      TrainingListener listener) {
    saving.settle();
    model.groups().world().barrier("rolling back").await();
    Path checkpoint = checkpointing.newest(state.step());
    rank.updates().interrupt();
    TrainingState back =
        checkpointing.restore(checkpoint, model, rank.updates().optimizer(), batches);
    rank.updates().resume(back.updates());
    listener.onRollBack(state.step() + 1, back.step());
    Map<Long, StepMetrics.Outcome> bad = Map.of(state.step() + 1, outcome.verdict().outcome());
    return back.with(back.setbacks().with(state.setbacks().known()).with(bad));
  }

  /**
   * Whether weights and the optimizer's state are those after the last whole step, on all ranks:
   * nothing had been updated, and either there is one rank or all have met the same.
   */
  private boolean isSound(RankSetup.Ready rank, TrainingState state, RuntimeException failure) {
    boolean common = model.groups().world().size() == 1 || failure instanceof TrainingException;
    return common && rank.updates().begun() == state.updates();
  }
}
