// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.model.Qwen3Model;
import dev.loam.train.checkpoint.CheckpointPolicy;
import dev.loam.train.checkpoint.CheckpointSaver;
import dev.loam.train.checkpoint.Resume;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Which checkpoint a training goes on from and where it saves new ones.
 *
 * @param target where and when to save, if at all
 * @param resumed the checkpoint to go on from, if any
 * @param notes what new checkpoints say beside the place of the training
 */
record Checkpointing(Optional<Target> target, Optional<Path> resumed, Map<String, String> notes) {
  /** No step is saved yet. */
  private static final long NONE = 0;

  /** Where and when checkpoints are saved. */
  record Target(CheckpointFolder folder, CheckpointPolicy policy) {}

  /**
   * Reads weights, the optimizer's state and the place of the checkpoint, if there is one to go on
   * from.
   */
  TrainingState restore(Qwen3Model model, Optimizer optimizer) {
    if (resumed.isEmpty()) {
      return TrainingState.START;
    }
    try (Checkpoint checkpoint = Checkpoint.open(resumed.get())) {
      TrainingState state = TrainingState.of(checkpoint.state(), checkpoint.description());
      Resume.readWeights(checkpoint, model);
      Resume.readState(checkpoint, optimizer.state());
      return state;
    }
  }

  /** Saving for a training that starts from a state; to be closed. */
  Saving begin(Qwen3Model model, Updates updates, TrainingState start, TrainingListener listener) {
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
                    listener::onCheckpoint)));
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
