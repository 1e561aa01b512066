// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a folder, told in one message. */
final class Problems {
  private static final int SHOWN = 20;

  private final String folder;
  private final List<String> found = new ArrayList<>();

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
      return new CheckpointException(folder + ": " + found.get(0) + "; " + remedy);
    }
    List<String> shown = found.subList(0, Math.min(SHOWN, found.size()));
    String rest =
        found.size() > shown.size() ? "\n  and " + (found.size() - shown.size()) + " more" : "";
    return new CheckpointException(
        "%s: %d problems\n  %s%s\n%s"
            .formatted(folder, found.size(), String.join("\n  ", shown), rest, remedy));
  }
}
