// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What must be true of the output of a run.
 *
 * @param folder in which the run has its output folder {@code out}
 */
record OutputCheck(Path folder) {
  /**
   * After a kill, before anything is cleared away: the newest checkpoint is there, and whatever is
   * named like a checkpoint is intact.
   *
   * @param saved the last step that was acknowledged
   * @return the step of the newest checkpoint; 0 for none
   */
  long afterKill(long saved) throws IOException {
    for (Path path : entries(checkpoints(), "iteration_")) {
      assertThat(path).hasFileName(CheckpointFolder.nameOf(verifiedStep(path)));
    }
    CheckpointFolder checkpoints = new CheckpointFolder(checkpoints());
    long newest = checkpoints.newest().map(OutputCheck::verifiedStep).orElse(0L);
    assertThat(newest).as("newest checkpoint in %s", folder).isGreaterThanOrEqualTo(saved);
    for (Path aside : entries(folder, "out.")) {
      assertThat(new CheckpointFolder(aside.resolve("checkpoint")).complete()).isEmpty();
    }
    return newest;
  }

  /**
   * After the end: the same as that of a run that was not killed, and nothing half-done is left.
   */
  void afterEnd(OutputCheck reference) throws IOException {
    assertThat(metrics()).isEqualTo(reference.metrics());
    for (Path file : entries(reference.model(), "")) {
      Path own = model().resolve(file.getFileName());
      assertThat(Files.mismatch(own, file)).as("%s differs at byte", own).isEqualTo(-1);
    }
    assertThat(afterKill(Scenario.STEPS)).isEqualTo(Scenario.STEPS);
    assertThat(entries(checkpoints(), ".")).isEmpty();
    assertThat(checkpoints().resolve("latest"))
        .hasContent(CheckpointFolder.nameOf(Scenario.STEPS) + "\n");
    assertThat(entries(checkpoints(), "iteration_"))
        .as("a kill after the last save may leave one more than are kept")
        .hasSizeBetween(Scenario.KEPT, Scenario.KEPT + 1);
  }

  private static long verifiedStep(Path path) {
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      checkpoint.verify();
      return checkpoint.step();
    }
  }

  /** The lines of {@code metrics.jsonl}, but for times. */
  private List<String> metrics() throws IOException {
    return Files.readAllLines(folder.resolve("out/metrics.jsonl")).stream()
        .map(line -> line.replaceFirst(",\"step_time_ms\".*", ""))
        .toList();
  }

  private Path checkpoints() {
    return folder.resolve("out/checkpoint");
  }

  private Path model() {
    return folder.resolve("out/model");
  }

  private static List<Path> entries(Path folder, String prefix) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    }
  }
}
