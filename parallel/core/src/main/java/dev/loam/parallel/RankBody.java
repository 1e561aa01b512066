// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.ComputeLease;

/**
 * What each rank of a context does.
 *
 * @param <R> what it gives back
 */
@FunctionalInterface
public interface RankBody<R> {
  /**
   * Runs on the thread of the rank's compute lease.
   *
   * @param world all ranks
   * @param lease computes for this rank; its owner closes it
   */
  R run(ProcessGroup world, ComputeLease lease) throws Exception;
}
