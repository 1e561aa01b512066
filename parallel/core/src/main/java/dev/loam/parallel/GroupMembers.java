// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.util.List;

/**
 * The group that a rank belongs to.
 *
 * @param color tells the groups of one kind apart, for {@link ProcessGroup#split}
 * @param key this rank's number in the group
 * @param ranks the world ranks of all members, in group order
 */
public record GroupMembers(int color, int key, List<Integer> ranks) {
  /** Copies the list. */
  public GroupMembers {
    ranks = List.copyOf(ranks);
  }
}
