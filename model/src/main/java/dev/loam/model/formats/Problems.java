// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Everything that is wrong with a folder, told in one message, each problem once. */
final class Problems {
  private static final int SHOWN = 20;

  private final String folder;
  private final Set<String> found = new LinkedHashSet<>();

  Problems(String folder) {
    this.folder = folder;
  }

  void add(String problem) {
    found.add(problem);
  }

  /**
   * Ends with an exception if anything was found.
   *
   * @param remedy what to do about it
   */
  void report(String remedy) {
    if (!found.isEmpty()) {
      throw exception(remedy);
    }
  }

  /** The message as an exception. */
  CheckpointException exception(String remedy) {
    if (found.size() == 1) {
      return new CheckpointException(folder + ": " + found.iterator().next() + "; " + remedy);
    }
    List<String> shown = found.stream().limit(SHOWN).toList();
    String rest =
        found.size() > shown.size() ? "\n  and " + (found.size() - shown.size()) + " more" : "";
    return new CheckpointException(
        "%s: %d problems\n  %s%s\n%s"
            .formatted(folder, found.size(), String.join("\n  ", shown), rest, remedy));
  }
}
