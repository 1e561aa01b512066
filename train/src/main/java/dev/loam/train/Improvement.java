// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.util.Map;

/**
 * How evaluations have gone so far.
 *
 * @param best the lowest loss that counted as an improvement; infinite before the first
 * @param without evaluations since then
 */
record Improvement(double best, int without) {
  static final Improvement NONE = new Improvement(Double.POSITIVE_INFINITY, 0);

  private static final String BEST = "evaluation_best_loss";
  private static final String WITHOUT = "evaluations_without_improvement";

  /** After one more evaluation. */
  Improvement after(double loss, double least) {
    return loss < best - least ? new Improvement(loss, 0) : new Improvement(best, without + 1);
  }

  /** As text, for a checkpoint; nothing before the first evaluation. */
  Map<String, String> toMap() {
    return equals(NONE)
        ? Map.of()
        : Map.of(BEST, Double.toString(best), WITHOUT, Integer.toString(without));
  }

  /**
   * Reads what {@link #toMap} wrote.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  static Improvement of(Map<String, String> map) {
    return new Improvement(
        Double.parseDouble(map.getOrDefault(BEST, "Infinity")),
        Integer.parseInt(map.getOrDefault(WITHOUT, "0")));
  }
}
