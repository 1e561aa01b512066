// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of the tokenizer and of generation, which stand beside weights. */
public final class CompanionFiles {
  private static final List<String> NAMES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt",
          "added_tokens.json",
          "special_tokens_map.json",
          "chat_template.jinja",
          "generation_config.json");

  private CompanionFiles() {}

  /**
   * Copies those of the first folder that has any; files of the same names are replaced.
   *
   * @throws CheckpointException if one cannot be copied
   */
  public static void copy(List<Path> from, Path to) {
    for (Path folder : from) {
      List<Path> files = NAMES.stream().map(folder::resolve).filter(Files::isRegularFile).toList();
      for (Path file : files) {
        try {
          Files.copy(file, to.resolve(Folders.name(file)), REPLACE_EXISTING);
        } catch (IOException e) {
          throw new CheckpointException(file + ": cannot be copied to " + to + ": " + e, e);
        }
      }
      if (!files.isEmpty()) {
        return;
      }
    }
  }
}
