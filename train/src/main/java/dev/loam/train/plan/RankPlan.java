// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.parallel.Position;
import dev.loam.train.RankMemory;

/**
 * What one rank takes.
 *
 * @param rank its number
 * @param position where it stands
 * @param memory what it allocates to train, in bytes
 * @param snapshot bytes it copies to save in the background; 0 if it does not
 * @param operations multiplications and additions of matrix products in a step
 * @param movedBytes bytes that all other kernels read and write in a step
 * @param sentBytes bytes that it sends to other ranks in a step
 */
public record RankPlan(
    int rank,
    Position position,
    RankMemory memory,
    long snapshot,
    double operations,
    double movedBytes,
    double sentBytes) {
  /** Of another rank, that does the same. */
  RankPlan as(int other, Position at) {
    return new RankPlan(other, at, memory, snapshot, operations, movedBytes, sentBytes);
  }

  /** All memory that it allocates. */
  public long bytes() {
    return memory.total() + snapshot;
  }
}
