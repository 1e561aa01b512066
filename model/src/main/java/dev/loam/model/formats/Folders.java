// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Listing folders. */
final class Folders {
  private Folders() {}

  /** What is in a folder, by name; nothing if it is no folder. */
  static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be listed: " + e, e);
    }
  }

  static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** The regular files of a folder whose names end so. */
  static List<Path> files(Path folder, String suffix) {
    return list(folder).stream()
        .filter(f -> name(f).endsWith(suffix) && Files.isRegularFile(f))
        .toList();
  }
}
