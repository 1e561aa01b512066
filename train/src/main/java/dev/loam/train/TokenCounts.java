// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** The tokens of each micro batch of a global batch. Immutable. */
public final class TokenCounts {
  /** Numbers that are known of a micro batch. */
  static final int PER_MICRO_BATCH = 3;

  private final long[] counts;
  private final int replicas;
  private final int microBatches;

  /**
   * Takes over the counts.
   *
   * @param counts {@link #PER_MICRO_BATCH} of each replica, of each of its micro batches: all
   *     tokens, trained tokens, pairs of tokens that attend to each other
   */
  TokenCounts(long[] counts, int replicas, int microBatches) {
    this.counts = counts;
    this.replicas = replicas;
    this.microBatches = microBatches;
  }

  /** The number of replicas. */
  public int replicas() {
    return replicas;
  }

  /** The micro batches of each replica. */
  public int microBatches() {
    return microBatches;
  }

  /** The trained tokens of one micro batch. */
  public long trained(int replica, int microBatch) {
    return counts[PER_MICRO_BATCH * (replica * microBatches + microBatch) + 1];
  }

  /** The trained tokens of the global batch. */
  public long trained() {
    return sum(1);
  }

  /** All tokens of the global batch. */
  public long tokens() {
    return sum(0);
  }

  /** The pairs of tokens of which one attends to the other, or to itself. */
  public long attendedPairs() {
    return sum(2);
  }

  private long sum(int which) {
    long sum = 0;
    for (int i = which; i < counts.length; i += PER_MICRO_BATCH) {
      sum += counts[i];
    }
    return sum;
  }
}
