// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Model;
import dev.loam.train.checkpoint.CheckpointPolicy;
import dev.loam.train.checkpoint.CheckpointSaver;
import dev.loam.train.checkpoint.Resume;
import dev.loam.train.config.DataSkip;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which checkpoint a training goes on from and where it saves new ones.
 *
 * @param target where and when to save, if at all
 * @param resumed the checkpoint to go on from, if any
 * @param skip where in the data the training begins
 * @param notes what new checkpoints say beside the place of the training
 */
record Checkpointing(
    Optional<Target> target, Optional<Path> resumed, DataSkip skip, Map<String, String> notes) {
  /** No step is saved yet. */
  private static final long NONE = 0;

  /** Where and when checkpoints are saved. */
  record Target(CheckpointFolder folder, CheckpointPolicy policy) {}

  /** Reads weights, the optimizer's state and the place of the checkpoint to go on from, if any. */
  TrainingState restore(Qwen3Model model, Optimizer optimizer, DataLoader batches) {
    return resumed.isPresent()
        ? restore(resumed.get(), model, optimizer, batches)
        : elsewhere(TrainingState.START, batches);
  }

  /** Likewise, of one checkpoint. */
  TrainingState restore(Path path, Qwen3Model model, Optimizer optimizer, DataLoader batches) {
    TrainingState state = read(path, model, optimizer);
    return resumed.equals(Optional.of(path)) ? elsewhere(state, batches) : state;
  }

  private TrainingState elsewhere(TrainingState state, DataLoader batches) {
    return skip.ignored()
        ? state.at(DataCursor.START)
        : skip.steps().map(steps -> state.at(DataCursor.ofStep(steps, batches))).orElse(state);
  }

  /**
   * The newest checkpoint there is, once all is written.
   *
   * @param step steps done
   * @throws TrainingException if there is none
   */
  Path newest(long step) {
    return target
        .flatMap(to -> newest(to.folder(), step))
        .or(() -> resumed)
        .orElseThrow(
            () ->
                new TrainingException(
                    "step "
                        + (step + 1)
                        + " is bad, and there is no checkpoint to roll back to; save some with"
                        + " save_checkpoint_steps"));
  }

  private static Optional<Path> newest(CheckpointFolder folder, long step) {
    return folder.complete().stream()
        .filter(path -> CheckpointFolder.stepOf(path).orElse(Long.MAX_VALUE) <= step)
        .reduce((earlier, later) -> later);
  }

  private static TrainingState read(Path path, Qwen3Model model, Optimizer optimizer) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      TrainingState state = TrainingState.of(checkpoint.state(), checkpoint.description());
      Resume.readWeights(checkpoint, model);
      Resume.readState(checkpoint, optimizer.state());
      return state;
    }
  }

  /** Saving for a training that starts from a state; to be closed. */
  Saving begin(
      Qwen3Model model,
      Updates updates,
      Optional<StateCheck> check,
      TrainingState start,
      TrainingListener listener) {
    return new Saving(
        notes,
        target.map(
            to ->
                new CheckpointSaver(
                    model,
                    updates.optimizer().state(),
                    to.folder(),
                    to.policy(),
                    Map.of("config.json", model.config().toJson("float32")),
                    isAmong(to.folder()) ? start.step() : NONE,
                    listener::onCheckpoint)),
        check);
  }

  /** Whether the checkpoint that is gone on from is one of those that new ones join. */
  private boolean isAmong(CheckpointFolder folder) {
    Path parent = folder.path().toAbsolutePath().normalize();
    return resumed
        .map(path -> path.toAbsolutePath().normalize())
        .filter(path -> parent.equals(path.getParent()))
        .isPresent();
  }
}
