// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what a crash loop did. For any thread. */
final class Tally {
  private final Map<String, Integer> kinds = new TreeMap<>();
  private int kills;
  private int runs;
  private long slowestStart;

  /** A life ended by a kill. */
  synchronized void addKill(Kill kill) {
    String line = kill.line().replaceAll("[0-9]+", "n");
    kinds.merge(kill.point().isPresent() ? "at a point" : "after " + line, 1, Integer::sum);
    kills++;
  }

  /** A run came to its end, and that was right. */
  synchronized void addRun() {
    runs++;
  }

  /**
   * A process went on after a kill.
   *
   * @param nanos from its start to its first step
   */
  synchronized void addStart(long nanos) {
    slowestStart = Math.max(slowestStart, nanos);
  }

  synchronized int kills() {
    return kills;
  }

  @Override
  public synchronized String toString() {
    return String.format(
        Locale.ROOT,
        "%d kills %s in %d runs, slowest start after a kill %.2f s",
        kills,
        kinds,
        runs,
        slowestStart / 1e9);
  }
}
