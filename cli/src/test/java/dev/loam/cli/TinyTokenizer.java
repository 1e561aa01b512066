// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.training.BpeTrainerSettings;
import dev.loam.tokenizer.training.ByteLevelBpeTrainer;
import java.nio.file.Path;
import java.util.List;

/** A tokenizer small enough for the golden models' vocabulary of 512. */
final class TinyTokenizer {
  /** Marked special, and its end of text. */
  static final String END = "<|end|>";

  private TinyTokenizer() {}

  /** Writes it into a folder. */
  static Path save(Path folder) {
    ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(
            BpeTrainerSettings.of(300).withSpecialTokens(List.of(END)).withEndOfText(END));
    trainer.feed("the garden and the sea and the weather");
    trainer.feed("the sea\n\nthe weather\n\n");
    trainer.train().save(folder);
    return folder;
  }
}
