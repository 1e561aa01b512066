// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Puts things of some length together, greedily: always the longest that still fits. Of things of
 * the same length the last goes first.
 */
final class Knapsacks {
  private Knapsacks() {}

  /**
   * Fills knapsacks, the fullest first.
   *
   * @param lengths none above the capacity
   * @return the places in {@code lengths} of what each holds
   */
  static List<List<Integer>> fill(List<Integer> lengths, int capacity) {
    NavigableMap<Integer, List<Integer>> byLength = new TreeMap<>();
    for (int i = 0; i < lengths.size(); i++) {
      if (lengths.get(i) > capacity) {
        throw new IllegalArgumentException(lengths.get(i) + " does not fit into " + capacity);
      }
      byLength.computeIfAbsent(lengths.get(i), length -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> knapsacks = new ArrayList<>();
    while (!byLength.isEmpty()) {
      List<Integer> knapsack = new ArrayList<>();
      int room = capacity;
      for (var fits = byLength.floorEntry(room); fits != null; fits = byLength.floorEntry(room)) {
        knapsack.add(takeLast(byLength, fits));
        room -= fits.getKey();
      }
      knapsacks.add(knapsack);
    }
    return knapsacks;
  }

  private static Integer takeLast(
      NavigableMap<Integer, List<Integer>> byLength, Map.Entry<Integer, List<Integer>> entry) {
    List<Integer> places = entry.getValue();
    Integer last = places.remove(places.size() - 1);
    if (places.isEmpty()) {
      byLength.remove(entry.getKey());
    }
    return last;
  }
}
