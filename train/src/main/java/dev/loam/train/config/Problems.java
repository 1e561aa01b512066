// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with a configuration, what is ignored in it, and what has to wait. */
final class Problems {
  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(Problem::origin, Origin.ORDER);

  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Set<Problem> unavailable = new LinkedHashSet<>();
  private final Set<String> ignored = new LinkedHashSet<>();

  private record Problem(Origin origin, String text) {
    @Override
    public String toString() {
      return origin + ": " + text;
    }
  }

  /** Notes a problem; the same one is told once. */
  void add(Origin origin, String problem) {
    problems.add(new Problem(origin, problem));
  }

  /** Notes something that is understood and that no run can do. */
  void unavailable(Origin origin, String problem) {
    unavailable.add(new Problem(origin, problem));
  }

  void ignored(String key) {
    ignored.add(key);
  }

  List<String> ignoredKeys() {
    return List.copyOf(ignored);
  }

  List<String> unavailable() {
    return texts(unavailable);
  }

  /** Throws them all at once, if there are any. */
  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new ConfigException(texts(problems));
    }
  }

  /** The same, also for what no run can do. */
  void throwIfNotRunnable() {
    problems.addAll(unavailable);
    throwIfAny();
  }

  /** In the order of the file, so that one can go through it. */
  private static List<String> texts(Set<Problem> problems) {
    List<Problem> sorted = new ArrayList<>(problems);
    sorted.sort(BY_PLACE);
    return sorted.stream().map(Problem::toString).toList();
  }
}
