// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.train.config.ResumeConfig;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The output folder during a run, which has it to itself. On the first rank it is locked, cleared
 * of what an interrupted save left, and made ready; on the others nothing is done.
 */
final class RunOutput implements AutoCloseable {
  private final Path folder;
  private final CheckpointFolder checkpoints;
  private final boolean first;
  private Optional<RunLock> lock = Optional.empty();

  private RunOutput(Path folder, CheckpointFolder checkpoints, boolean first) {
    this.folder = folder;
    this.checkpoints = checkpoints;
    this.first = first;
  }

  /** Before anything is looked for: locks and clears a folder that may be continued. */
  static RunOutput open(TrainingConfig config, CheckpointFolder checkpoints, boolean first) {
    RunOutput output = new RunOutput(config.outputDir(), checkpoints, first);
    boolean mayContinue = !(config.resume() instanceof ResumeConfig.Fresh);
    if (first && mayContinue && Files.exists(checkpoints.path())) {
      output.lock = Optional.of(RunLock.of(config.outputDir()));
      checkpoints.sweep();
    }
    return output;
  }

  /**
   * Before the first step: makes the folder ready for what the run writes. A run that is continued
   * from a checkpoint that is not its newest keeps the newer ones under other names.
   *
   * @return what writes metrics and evaluations, on the first rank
   */
  List<TrainingListener> begin(StartingPoint start) {
    if (!first) {
      return List.of();
    }
    long step = 0;
    if (start.inPlace()) {
      step = start.step();
      if (lock.isEmpty()) {
        lock = Optional.of(RunLock.of(folder));
      }
      setAsideAfter(step);
    } else {
      close();
      lock = Optional.of(OutputFolder.prepare(folder));
    }
    OutputFolder output = OutputFolder.of(folder);
    return List.of(
        new MetricsFile(output.metrics(), step), new EvaluationsFile(output.evaluations(), step));
  }

  private void setAsideAfter(long step) {
    for (Path path : checkpoints.complete()) {
      try (Checkpoint checkpoint = Checkpoint.open(path)) {
        if (checkpoint.step() > step) {
          Files.move(path, OutputFolder.unused(path, ".superseded-"));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(path + " cannot be renamed: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void close() {
    lock.ifPresent(RunLock::close);
    lock = Optional.empty();
  }
}
