// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.CheckpointException;
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
import java.util.stream.Collectors;

/**
 * What a run starts with.
 *
 * @param checkpoint is gone on from, if any
 * @param step steps done at the checkpoint; 0 without one
 * @param data what the checkpoint says of the data it was trained on
 * @param weights where the first weights come from, if they are not drawn and nothing is gone on
 *     from
 * @param inPlace whether the checkpoint is one of the run's own output folder, which is then
 *     continued
 */
record StartingPoint(
    Optional<Path> checkpoint,
    long step,
    Optional<String> data,
    Optional<Path> weights,
    boolean inPlace) {
  /** What a checkpoint calls the description of the data. */
  static final String DATA = "data";

  /**
   * Finds what a configuration asks for.
   *
   * @throws CheckpointException if it asks for a checkpoint that is not there
   */
  static StartingPoint of(TrainingConfig config) {
    Path output = config.outputDir();
    ResumeConfig resume = config.resume();
    if (resume instanceof ResumeConfig.IfThere) {
      Optional<Path> newest = new CheckpointFolder(OutputFolder.of(output).checkpoints()).newest();
      if (newest.isPresent()) {
        return from(newest.get(), output);
      }
    }
    if (resume instanceof ResumeConfig.Fresh || resume instanceof ResumeConfig.IfThere) {
      return new StartingPoint(
          Optional.empty(), 0, Optional.empty(), config.loadCheckpoint(), false);
    }
    Path base = config.loadCheckpoint().orElse(output);
    Path found =
        resume instanceof ResumeConfig.Named named ? named(base, named.name()) : newest(base);
    return from(found, output);
  }

  private static StartingPoint from(Path path, Path output) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      return new StartingPoint(
          Optional.of(path),
          checkpoint.step(),
          Optional.ofNullable(checkpoint.state().get(DATA)),
          Optional.empty(),
          isInside(path, output));
    }
  }

  private static Path newest(Path base) {
    if (Files.isRegularFile(base.resolve("manifest.json"))) {
      return base;
    }
    return folder(base)
        .newest()
        .orElseThrow(
            () ->
                new CheckpointException(
                    base
                        + ": holds no complete checkpoint; load_checkpoint names the output folder"
                        + " of a run, or one checkpoint"));
  }

  private static Path named(Path base, String name) {
    List<Path> complete = folder(base).complete();
    String folder =
        name.matches("[0-9]{1,8}") ? CheckpointFolder.nameOf(Long.parseLong(name)) : name;
    return complete.stream()
        .filter(path -> String.valueOf(path.getFileName()).equals(folder))
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    base
                        + ": holds no complete checkpoint named "
                        + name
                        + (complete.isEmpty()
                            ? ", nor any other"
                            : "; there are " + names(complete))));
  }

  private static String names(List<Path> paths) {
    return paths.stream()
        .map(path -> String.valueOf(path.getFileName()))
        .collect(Collectors.joining(", "));
  }

  /** The checkpoints of a run, given its output folder or their own. */
  private static CheckpointFolder folder(Path base) {
    Path inside = OutputFolder.of(base).checkpoints();
    return new CheckpointFolder(Files.isDirectory(inside) ? inside : base);
  }

  private static boolean isInside(Path checkpoint, Path output) {
    try {
      return Files.exists(output) && checkpoint.toRealPath().startsWith(output.toRealPath());
    } catch (IOException e) {
      throw new UncheckedIOException(checkpoint + ": " + e.getMessage(), e);
    }
  }
}
