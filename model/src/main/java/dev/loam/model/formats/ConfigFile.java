// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Looks for the {@code config.json} that belongs to weights which do not say it themselves. */
final class ConfigFile {
  static final String NAME = "config.json";
  private static final int LEVELS = 2;

  private ConfigFile() {}

  /**
   * Beside the weights, or in one of the next folders above.
   *
   * @throws CheckpointException if there is none
   */
  static Path find(Path folder) {
    Optional<Path> at = Optional.of(folder.toAbsolutePath().normalize());
    for (int level = 0; level <= LEVELS && at.isPresent(); level++) {
      Path file = at.get().resolve(NAME);
      if (Files.isRegularFile(file)) {
        return file;
      }
      at = Optional.ofNullable(at.get().getParent());
    }
    throw new CheckpointException(
        "%s: there is no %s beside the weights or up to %d folders above; name the folder of one with --model-config DIR"
            .formatted(folder, NAME, LEVELS));
  }
}
