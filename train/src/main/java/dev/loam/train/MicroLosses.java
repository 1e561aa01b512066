// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** The losses of all micro batches of a global batch, the same on all ranks. Immutable. */
public final class MicroLosses {
  private final double[] sums;
  private final TokenCounts tokens;

  /**
   * Takes over the sums.
   *
   * @param sums of each replica, of each of its micro batches: the losses of its tokens
   */
  MicroLosses(double[] sums, TokenCounts tokens) {
    this.sums = sums;
    this.tokens = tokens;
  }

  /** The loss of the global batch. */
  double total(LossReduction reduction) {
    double loss = 0;
    for (int i = 0; i < sums.length; i++) {
      int replica = i / tokens.microBatches();
      loss += reduction.scale(tokens, replica, i % tokens.microBatches()) * sums[i];
    }
    return loss;
  }

  /** The micro batches of each replica. */
  public int microBatches() {
    return tokens.microBatches();
  }

  /** The mean over the trained tokens of one replica's micro batch; 0 where there are none. */
  public double ofReplica(int replica, int microBatch) {
    return sum(replica, microBatch) / Math.max(1, tokens.trained(replica, microBatch));
  }

  /** The mean over the trained tokens that a micro batch has on all replicas together. */
  public double ofAll(int microBatch) {
    double sum = 0;
    long trained = 0;
    for (int replica = 0; replica < tokens.replicas(); replica++) {
      sum += sum(replica, microBatch);
      trained += tokens.trained(replica, microBatch);
    }
    return sum / Math.max(1, trained);
  }

  private double sum(int replica, int microBatch) {
    return sums[replica * tokens.microBatches() + microBatch];
  }
}
