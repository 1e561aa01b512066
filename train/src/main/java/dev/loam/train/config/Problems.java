// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a configuration, and what is ignored in it. */
final class Problems {
  private final List<String> problems = new ArrayList<>();
  private final List<String> ignored = new ArrayList<>();

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
      throw new ConfigException(problems);
    }
  }
}
