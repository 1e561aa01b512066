// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.BpeTrainerSettings;
import dev.loam.tokenizer.ByteLevelBpeTrainer;
import dev.loam.tokenizer.PreTokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A tokenizer small enough for the golden models' vocabulary of 512. */
final class TinyTokenizer {
  /** Marked special, and its end of text. */
  static final String END = "<|end|>";

  private TinyTokenizer() {}

  /** Writes it into a folder. */
  static Path save(Path folder) {
    ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(
            new BpeTrainerSettings(300, 1, List.of(END), Optional.of(END), PreTokenizer.QWEN));
    trainer.feed("the garden and the sea and the weather");
    trainer.feed("the sea\n\nthe weather\n\n");
    trainer.train().save(folder);
    return folder;
  }
}
