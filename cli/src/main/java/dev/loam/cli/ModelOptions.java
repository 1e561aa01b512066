// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --model}, {@code --adapter} and {@code --tokenizer}: what texts are written with. */
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder in Hugging Face's format.")
  private Path folder;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Folder of a low-rank adapter in PEFT's format, used unmerged.")
  private Optional<Path> adapter = Optional.empty();

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "Folder with tokenizer.json; by default that of the model.")
  private Optional<Path> tokenizer = Optional.empty();

  Path folder() {
    return folder;
  }

  boolean namesTokenizer() {
    return tokenizer.isPresent();
  }

  Path tokenizerFolder() {
    return tokenizer.orElse(folder);
  }

  /** Loads the model, with its adapter if it is to have one. */
  LoadedModel load(ThreadsOption threads) {
    return LoadedModel.open(folder, adapter, threads.count());
  }
}
