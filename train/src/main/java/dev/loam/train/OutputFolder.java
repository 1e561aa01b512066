// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The output folder of a run.
 *
 * @param metrics the file of step metrics
 * @param model the folder of the exported model
 */
record OutputFolder(Path metrics, Path model) {
  static final String METRICS = "metrics.jsonl";
  static final String MODEL = "model";

  private static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "vocab.json",
          "merges.txt",
          "added_tokens.json",
          "special_tokens_map.json",
          "chat_template.jinja",
          "generation_config.json");

  /** The files of a run. */
  static OutputFolder of(Path folder) {
    return new OutputFolder(folder.resolve(METRICS), folder.resolve(MODEL));
  }

  /** Makes the folder. What an earlier run left there is moved aside, never overwritten. */
  static OutputFolder prepare(Path folder) {
    try {
      if (Files.exists(folder.resolve(METRICS)) || Files.exists(folder.resolve(MODEL))) {
        Files.move(folder, unused(folder));
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "output folder " + folder + " cannot be prepared: " + e.getMessage(), e);
    }
    return of(folder);
  }

  private static Path unused(Path folder) {
    Path name = folder.toAbsolutePath().normalize();
    for (int i = 1; ; i++) {
      Path aside = name.resolveSibling(name.getFileName() + ".previous-" + i);
      if (!Files.exists(aside)) {
        return aside;
      }
    }
  }

  /** Puts the tokenizer's files beside a model, so that the folder can be used by itself. */
  static void copyTokenizer(Path from, Path to) {
    for (String name : TOKENIZER_FILES) {
      Path file = from.resolve(name);
      try {
        if (Files.isRegularFile(file)) {
          Files.copy(file, to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(file + " cannot be copied: " + e.getMessage(), e);
      }
    }
  }
}
