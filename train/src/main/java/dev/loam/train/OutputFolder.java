// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The output folder of a run.
 *
 * @param metrics the file of step metrics
 * @param evaluations the file of evaluations and generations
 * @param model the folder of the exported model
 * @param checkpoints the folder of the checkpoints
 */
record OutputFolder(Path metrics, Path evaluations, Path model, Path checkpoints) {
  static final String METRICS = "metrics.jsonl";
  static final String EVALUATIONS = "evaluations.jsonl";
  static final String ADAPTER = "adapter";
  static final String MODEL = "model";
  private static final String CHECKPOINTS = "checkpoint";

  /** The files of a run. */
  static OutputFolder of(Path folder) {
    return new OutputFolder(
        folder.resolve(METRICS),
        folder.resolve(EVALUATIONS),
        folder.resolve(MODEL),
        folder.resolve(CHECKPOINTS));
  }

  /**
   * Makes the folder of a new run and locks it. What an earlier run left there is moved aside,
   * never overwritten.
   *
   * @throws TrainingException if another run is writing there
   */
  static RunLock prepare(Path folder) {
    try {
      if (isUsed(of(folder))) {
        RunLock earlier = RunLock.of(folder);
        Files.move(folder, unused(folder, ".previous-"));
        earlier.close();
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "output folder " + folder + " cannot be prepared: " + e.getMessage(), e);
    }
    return RunLock.of(folder);
  }

  private static boolean isUsed(OutputFolder output) {
    return Files.exists(output.metrics())
        || Files.exists(output.model())
        || Files.exists(output.checkpoints());
  }

  /** A name beside a folder's, ending with a number, that nothing has. */
  static Path unused(Path folder, String ending) {
    Path name = folder.toAbsolutePath().normalize();
    for (int i = 1; ; i++) {
      Path aside = name.resolveSibling(name.getFileName() + ending + i);
      if (!Files.exists(aside)) {
        return aside;
      }
    }
  }
}
