// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --threads}: how many cores computation may use. */
final class ThreadsOption {
  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Compute threads in all; by default as many as there are processors.")
  private Optional<Integer> threads = Optional.empty();

  /** The number asked for, or that of the processors. */
  int count() {
    int count = threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
    if (count < 1) {
      throw new UsageException("--threads must be at least 1, not " + count);
    }
    return count;
  }
}
