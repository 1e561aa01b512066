// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.train.checkpoint.CheckpointSaver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the training loop does about checkpoints, if there are to be any.
 *
 * @param notes what they say beside the place of the training
 */
record Saving(Map<String, String> notes, Optional<CheckpointSaver> saver) implements AutoCloseable {

  /**
   * Saves if it is time to; all ranks call it.
   *
   * @param stops whether this rank wants to end the training
   * @return whether any rank does
   */
  boolean betweenSteps(TrainingState state, StepTotals totals, boolean stops) {
    StepTotals.Wishes any =
        totals.anyOf(
            new StepTotals.Wishes(
                stops,
                saver.map(CheckpointSaver::isDue).orElse(false),
                saver.map(CheckpointSaver::isWriting).orElse(false)));
    saver.ifPresent(s -> s.betweenSteps(state.step(), all(state), any.save(), any.writing()));
    return any.stop();
  }

  /** Saves the last state; all ranks call it. */
  void atEnd(TrainingState state) {
    saver.ifPresent(s -> s.saveNow(state.step(), all(state)));
  }

  /** Saves the state before the step that failed, unless it was saving that failed. */
  void onFailure(TrainingState state, RuntimeException failure) {
    if (failure instanceof CheckpointException) {
      return;
    }
    try {
      saver
          .filter(CheckpointSaver::savesOnFailure)
          .ifPresent(s -> s.saveNow(state.step(), all(state)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private Map<String, String> all(TrainingState state) {
    Map<String, String> all = new LinkedHashMap<>(notes);
    all.putAll(state.toMap());
    return all;
  }

  @Override
  public void close() {
    saver.ifPresent(CheckpointSaver::close);
  }
}
