// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names of the weight files in a Hugging Face model folder. */
final class ModelFiles {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final Pattern WEIGHTS =
      Pattern.compile("model(-[0-9]{5,}-of-[0-9]{5,})?\\.safetensors(\\.index\\.json)?");

  private ModelFiles() {}

  /** Deletes the weight files of an earlier model, which readers would mix with the new one. */
  static void deleteOthers(Path folder, Set<String> current) {
    try {
      List<Path> stale;
      try (Stream<Path> files = Files.list(folder)) {
        stale = files.filter(f -> isStale(f.getFileName().toString(), current)).toList();
      }
      for (Path file : stale) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CheckpointException(folder + ": older weights cannot be deleted: " + e, e);
    }
  }

  private static boolean isStale(String name, Set<String> current) {
    return WEIGHTS.matcher(name).matches() && !current.contains(name);
  }
}
