// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a configuration, and what is ignored in it. */
final class Problems {
  private final Set<String> problems = new LinkedHashSet<>();
  private final Set<String> ignored = new LinkedHashSet<>();

  /** Notes a problem; the same one is told once. */
  void add(String problem) {
    problems.add(problem);
  }

  void ignored(String key) {
    ignored.add(key);
  }

  List<String> ignoredKeys() {
    return List.copyOf(ignored);
  }

  /** Throws them all at once, if there are any. */
  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new ConfigException(List.copyOf(problems));
    }
  }
}
