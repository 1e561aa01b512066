// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.Batches;

/**
 * Which data-parallel replica batches are for, and how a global batch is dealt out among all.
 *
 * @param replica from 0
 * @param replicas how many there are
 * @param microBatches of each replica in a step
 */
public record ReplicaShare(int replica, int replicas, int microBatches, Batches.Dealing dealing) {
  /** The only replica. */
  public static ReplicaShare whole(int microBatches) {
    return new ReplicaShare(0, 1, microBatches, Batches.Dealing.CONSECUTIVE);
  }

  /** The place in a global batch of one row of one of this replica's micro batches. */
  public long place(int row, int microBatch, int microBatchSize) {
    return dealing.place(row, microBatch, microBatchSize, microBatches, replica, replicas);
  }
}
