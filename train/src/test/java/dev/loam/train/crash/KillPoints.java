// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import dev.loam.train.crash.KillPoint.Moment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The points that trainings were seen to pass, and those at which one was killed. What is done at a
 * start depends on how the life before ended, so for that the points are kept at which it did. For
 * any thread.
 */
final class KillPoints {
  private final Set<String> operations = new TreeSet<>();
  private final Map<String, Set<KillPoint>> causes = new HashMap<>();
  private final Set<String> visited = new TreeSet<>();

  /**
   * Takes note of what was done in a life.
   *
   * @param before where the life before was killed
   */
  synchronized void add(Life life, Optional<KillPoint> before) {
    operations.addAll(life.operations());
    before.ifPresent(
        cause ->
            life.operations().stream()
                .filter(KillPoints::isAtStart)
                .forEach(
                    operation ->
                        causes.computeIfAbsent(operation, any -> new HashSet<>()).add(cause)));
  }

  /** Takes note of a kill. */
  synchronized void visit(KillPoint point) {
    visited.add(point.toString());
  }

  static boolean isAtStart(String operation) {
    return operation.startsWith(StoppingStorage.AT_START);
  }

  /** All that trainings pass, in the order of their names. */
  synchronized List<KillPoint> all() {
    List<KillPoint> all = new ArrayList<>();
    for (String operation : operations) {
      all.add(new KillPoint(Moment.BEFORE, operation));
      if (operation.startsWith("write ")) {
        all.add(new KillPoint(Moment.WITHIN, operation));
      }
      all.add(new KillPoint(Moment.AFTER, operation));
    }
    return all;
  }

  /** Those at which nothing was killed yet. */
  synchronized List<KillPoint> unvisited() {
    return all().stream().filter(point -> !visited.contains(point.toString())).toList();
  }

  /** Those which a start was seen to pass after a kill at the given point. */
  synchronized List<KillPoint> after(KillPoint cause) {
    return all().stream().filter(point -> causes(point).contains(cause)).toList();
  }

  /**
   * After which kills a start was seen to pass a point; none if it is not known how to get there.
   */
  synchronized List<KillPoint> before(KillPoint point) {
    return List.copyOf(causes(point));
  }

  private Set<KillPoint> causes(KillPoint point) {
    return causes.getOrDefault(point.operation(), Set.of());
  }

  /** How many were visited. */
  synchronized int visited() {
    return visited.size();
  }
}
