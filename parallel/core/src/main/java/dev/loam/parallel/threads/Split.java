// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Divides a group by color, ordered by key and then by rank. */
final class Split {
  private Split() {}

  /** Gives each call of a split, all of which are here, the group its member is in. */
  static void assign(SharedGroup group, Operation operation) {
    Map<Integer, List<Call>> colors = new TreeMap<>();
    for (int i = 0; i < operation.size(); i++) {
      Call call = operation.call(i);
      if (call != null) {
        colors.computeIfAbsent(call.member, color -> new ArrayList<>()).add(call);
      }
    }
    for (List<Call> calls : colors.values()) {
      // The sort is stable, and the calls are in the order of ranks.
      calls.sort(Comparator.comparingInt(call -> call.tag));
      List<RankThread> members = calls.stream().map(call -> call.group.thread()).toList();
      SharedGroup made = new SharedGroup(group.world(), calls.get(0).what, members);
      calls.forEach(call -> call.assigned = made);
    }
  }
}
