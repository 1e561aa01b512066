// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code --tokenizer}: the folder of a tokenizer. */
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class TokenizerOption {
  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "DIR",
      description = "Folder with tokenizer.json, or with vocab.json and merges.txt.")
  private Path folder;

  Tokenizer load() {
    return HuggingFaceTokenizer.load(folder);
  }

  Path folder() {
    return folder;
  }
}
