// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Chooses the checkpoints that are not kept. */
final class Retention {
  private Retention() {}

  /** A checkpoint and the loss it was saved at. */
  record Saved(long step, double loss) {}

  /**
   * The steps whose checkpoints are to be deleted; never the newest.
   *
   * @param saved all there are, in any order
   */
  static List<Long> superfluous(List<Saved> saved, CheckpointPolicy policy) {
    if (policy.keepLatest() == 0) {
      return List.of();
    }
    List<Saved> newestFirst = new ArrayList<>(saved);
    newestFirst.sort(Comparator.comparingLong(Saved::step).reversed());
    List<Saved> bestFirst = new ArrayList<>(newestFirst);
    bestFirst.sort(Comparator.comparingDouble(Saved::loss));
    Set<Long> kept = new HashSet<>();
    newestFirst.stream().limit(policy.keepLatest()).forEach(s -> kept.add(s.step()));
    bestFirst.stream().limit(policy.keepBest()).forEach(s -> kept.add(s.step()));
    return newestFirst.stream()
        .map(Saved::step)
        .filter(step -> !kept.contains(step))
        .filter(step -> policy.keepEverySteps() == 0 || step % policy.keepEverySteps() != 0)
        .sorted()
        .toList();
  }
}
