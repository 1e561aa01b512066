// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.HuggingFaceTokenizer;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@link ByteLevelBpeTrainer} has learned. Immutable.
 *
 * @param settings what was asked for
 * @param vocabulary the tokens in the order of their ids
 * @param merges in the order in which they apply
 */
public record TrainedBpe(BpeTrainerSettings settings, List<String> vocabulary, List<Merge> merges) {
  /** Two tokens that become one. */
  public record Merge(String left, String right) {}

  /** Copies the lists. */
  public TrainedBpe {
    vocabulary = List.copyOf(vocabulary);
    merges = List.copyOf(merges);
  }

  /**
   * Writes {@code tokenizer.json} and {@code tokenizer_config.json}, laid out as Qwen's, and {@code
   * vocab.json} and {@code merges.txt}; {@link HuggingFaceTokenizer} and Hugging Face's libraries
   * load the folder. A new folder appears complete or not at all; in an old one the files of these
   * names are replaced when all new ones are written.
   *
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public void save(Path folder) {
    TokenizerFolder.write(folder, new TokenizerFiles(this).all());
  }
}
