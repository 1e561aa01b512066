// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankBody;
import dev.loam.parallel.RankFailedException;
import dev.loam.tensor.ComputeLease;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Runs ranks as threads of this process. They exchange through each other's memory: members that
 * wait for an operation do its work, and one or two further threads do it while all compute.
 *
 * <p>The memory of an operation must live until it is awaited or the ranks have ended, also when a
 * rank fails: one that lets an exception close its arenas while operations are under way calls
 * {@link ProcessGroup#abort} before, which returns when no tensor is touched any more. An exception
 * that came out of an operation of a group has seen to that.
 */
public final class ThreadRanks {
  private ThreadRanks() {}

  /**
   * Runs the body on the thread of every lease, one rank each, and waits for all.
   *
   * <p>An interrupt is passed on to the ranks, whose end is still awaited; it is set again
   * afterwards. Operations finish regardless of interrupts.
   *
   * @param leases one for each rank, all different; not those of the calling thread
   * @param deadline how long a rank waits for the others in an operation, and after a failure how
   *     long the others may take to notice
   * @return what the ranks gave back, in their order
   * @throws RankFailedException the first failure of a rank, if there was one. A rank that does not
   *     end, within native code or an endless loop, is interrupted and left behind a second after
   *     the deadline at the latest; its lease, of which the message says so, must not be used again
   */
  public static <R> List<R> run(List<ComputeLease> leases, Duration deadline, RankBody<R> body) {
    return run(leases, deadline, World.CHUNK_BYTES, body);
  }

  /** With chunks of another size, for tests. */
  static <R> List<R> run(
      List<ComputeLease> leases, Duration deadline, int chunkBytes, RankBody<R> body) {
    if (leases.isEmpty()) {
      throw new IllegalArgumentException("no leases, so no ranks");
    }
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("the deadline must be positive, not " + deadline);
    }
    Set<ComputeLease> different = Collections.newSetFromMap(new IdentityHashMap<>());
    if (!different.addAll(leases) || different.size() < leases.size()) {
      throw new IllegalArgumentException("a lease is the thread of one rank, not of several");
    }
    World world = new World(leases.size(), deadline, chunkBytes);
    try {
      return new Launch<R>(world).run(leases, body);
    } finally {
      world.close();
    }
  }
}
