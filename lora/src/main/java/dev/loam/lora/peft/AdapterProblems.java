// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.checkpoint.CheckpointException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Everything that is wrong with an adapter, told in one message. */
final class AdapterProblems {
  private static final int SHOWN = 20;

  private final String place;
  private final Set<String> found = new LinkedHashSet<>();

  AdapterProblems(String place) {
    this.place = place;
  }

  void add(String problem) {
    found.add(problem);
  }

  /** Ends with an exception if anything was found. */
  void report(String remedy) {
    if (found.size() == 1) {
      throw new CheckpointException(place + ": " + found.iterator().next() + "; " + remedy);
    }
    if (!found.isEmpty()) {
      List<String> shown = found.stream().limit(SHOWN).toList();
      String rest = found.size() > SHOWN ? "\n  and " + (found.size() - SHOWN) + " more" : "";
      throw new CheckpointException(
          "%s: %d problems\n  %s%s\n%s"
              .formatted(place, found.size(), String.join("\n  ", shown), rest, remedy));
    }
  }
}
