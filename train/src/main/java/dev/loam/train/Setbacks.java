// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The steps of a training whose batch was left out.
 *
 * @param total of them so far; each is an update less than there were steps
 * @param inARow how many of the last steps were
 * @param known steps to come that are to be left out, as one rolled back from, with what they were
 */
record Setbacks(long total, int inARow, SortedMap<Long, StepMetrics.Outcome> known) {
  static final Setbacks NONE = new Setbacks(0, 0, new TreeMap<>());

  private static final String TOTAL = "left_out";
  private static final String IN_A_ROW = "left_out_in_a_row";
  private static final String KNOWN = "to_leave_out";

  /** Copies the map. */
  Setbacks {
    known = Collections.unmodifiableSortedMap(new TreeMap<>(known));
  }

  /** What a step is known to be. */
  Optional<StepMetrics.Outcome> of(long step) {
    return Optional.ofNullable(known.get(step));
  }

  /** After a step that was not left out. */
  Setbacks updated() {
    return new Setbacks(total, 0, known);
  }

  /** After a step that was. */
  Setbacks leftOut() {
    return new Setbacks(total + 1, inARow + 1, known);
  }

  /** With steps that are to be left out. */
  Setbacks with(Map<Long, StepMetrics.Outcome> steps) {
    SortedMap<Long, StepMetrics.Outcome> all = new TreeMap<>(known);
    all.putAll(steps);
    return new Setbacks(total, inARow, all);
  }

  /** As text, for a checkpoint after a step; nothing where there are none. */
  Map<String, String> toMap(long step) {
    Map<String, String> map = new LinkedHashMap<>();
    if (total > 0) {
      map.put(TOTAL, Long.toString(total));
    }
    if (inARow > 0) {
      map.put(IN_A_ROW, Integer.toString(inARow));
    }
    SortedMap<Long, StepMetrics.Outcome> toCome = known.tailMap(step + 1);
    if (!toCome.isEmpty()) {
      map.put(
          KNOWN,
          toCome.entrySet().stream()
              .map(e -> e.getKey() + ":" + e.getValue())
              .collect(Collectors.joining(" ")));
    }
    return map;
  }

  /**
   * Reads what {@link #toMap} wrote.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  static Setbacks of(Map<String, String> map) {
    SortedMap<Long, StepMetrics.Outcome> known = new TreeMap<>();
    for (String each : map.getOrDefault(KNOWN, "").split(" ", -1)) {
      if (!each.isEmpty()) {
        String[] parts = each.split(":", 2);
        known.put(Long.parseLong(parts[0]), StepMetrics.Outcome.valueOf(parts[parts.length - 1]));
      }
    }
    return new Setbacks(
        Long.parseLong(map.getOrDefault(TOTAL, "0")),
        Integer.parseInt(map.getOrDefault(IN_A_ROW, "0")),
        known);
  }
}
