// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.train.checkpoint.CheckpointSaver;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the training loop does about checkpoints, if there are to be any. A state that is not finite
 * is not saved.
 */
final class Saving implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Saving.class);

  private final Map<String, String> notes;
  private final Optional<CheckpointSaver> saver;
  private final Optional<StateCheck> check;

  /**
   * Saving.
   *
   * @param notes what checkpoints say beside the place of the training
   * @param check none to save any state
   */
  Saving(Map<String, String> notes, Optional<CheckpointSaver> saver, Optional<StateCheck> check) {
    this.notes = notes;
    this.saver = saver;
    this.check = check;
  }

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
    saver.ifPresent(
        s -> {
          boolean save = s.isWanted(state.step(), any.save()) && isSound(state);
          s.betweenSteps(state.step(), all(state), save, any.writing());
        });
    return any.stop();
  }

  private boolean isSound(TrainingState state) {
    boolean sound = check.isEmpty() || check.get().isFinite();
    if (!sound) {
      LOG.warn("step {}: weights or moments are not finite and are not saved", state.step());
    }
    return sound;
  }

  /**
   * Saves the last state; all ranks call it.
   *
   * @throws TrainingException if it is not finite
   */
  void atEnd(TrainingState state) {
    saver.ifPresent(
        s -> {
          if (!s.isSaved(state.step()) && !isSound(state)) {
            throw new TrainingException(
                "after step "
                    + state.step()
                    + " weights or moments are not finite, and are not saved; go on from an earlier"
                    + " checkpoint with a lower learning rate");
          }
          s.saveNow(state.step(), all(state));
        });
  }

  /** Saves the state before the step that failed, unless it was saving that failed. */
  void onFailure(TrainingState state, RuntimeException failure) {
    if (failure instanceof CheckpointException) {
      return;
    }
    try {
      saver
          .filter(CheckpointSaver::savesOnFailure)
          .filter(s -> isSound(state))
          .ifPresent(s -> s.saveNow(state.step(), all(state)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Completes what was begun, so that the newest checkpoint can be read. */
  void settle() {
    saver.ifPresent(CheckpointSaver::settle);
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
