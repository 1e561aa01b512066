// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.List;
import java.util.concurrent.Callable;

/** The commands there are. Each is a picocli command and returns its exit code. */
final class Commands {
  private Commands() {}

  static List<Callable<Integer>> all(Streams streams) {
    return List.of(
        new TokenizeCommand(streams),
        new DetokenizeCommand(streams),
        new CleanWikitextCommand(streams),
        new PreprocessCommand(streams),
        new LogitsCommand(streams),
        new GenerateCommand(streams));
  }
}
