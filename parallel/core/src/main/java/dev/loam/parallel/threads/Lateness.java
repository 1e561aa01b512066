// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds out whom a rank has waited for in vain. */
final class Lateness {
  private Lateness() {}

  /**
   * Who did not come in time. A rank that is itself waiting is not to blame, but the one it waits
   * for; if all wait for each other, the first of them.
   */
  static Failure of(RankThread rank, Call call, Operation operation, Duration deadline) {
    List<RankThread> missing = call.group.shared().missing(call, operation);
    String within = " within " + deadline.toMillis() + " ms";
    if (missing.isEmpty()) {
      return Failure.late(rank.worldRank(), call + " was not finished" + within);
    }
    String ranks = missing.stream().map(m -> "" + m.worldRank()).collect(Collectors.joining(", "));
    StringBuilder message = new StringBuilder(missing.size() == 1 ? "rank " : "ranks ");
    message.append(ranks).append(" did not take part in ").append(call).append(within);
    return Failure.late(blamed(rank, missing, message), message.toString());
  }

  /** Follows who waits for whom from the first missing rank on, and writes it down. */
  private static int blamed(RankThread rank, List<RankThread> missing, StringBuilder message) {
    Set<RankThread> seen = new LinkedHashSet<>();
    boolean more = seen.add(rank);
    List<RankThread> next = new ArrayList<>(missing);
    RankThread blamed = next.get(0);
    while (more && !next.isEmpty()) {
      blamed = next.get(0);
      more = seen.add(blamed);
      Call call = blamed.waitingCall();
      Operation operation = blamed.waitingFor();
      if (call == null || operation == null) {
        if (!missing.contains(blamed)) {
          message.append("; rank ").append(blamed.worldRank()).append(" waits for nobody");
        }
        next = List.of();
      } else if (more) {
        message.append("; rank ").append(blamed.worldRank()).append(" waits in ").append(call);
        next = call.group.shared().missing(call, operation);
      }
    }
    return blamed.worldRank();
  }
}
