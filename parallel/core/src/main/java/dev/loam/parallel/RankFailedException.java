// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.io.Serial;

/**
 * A rank failed, so all ranks of its context end. The message names the rank, and for an operation
 * that could not be finished the collective, its number within its group, and the tensor.
 */
public final class RankFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final int rank;

  /**
   * A failure.
   *
   * @param rank the world rank that failed or did not take part
   */
  public RankFailedException(int rank, String message, Throwable cause) {
    super(message, cause);
    this.rank = rank;
  }

  /** A failure without a cause known here. */
  public RankFailedException(int rank, String message) {
    super(message);
    this.rank = rank;
  }

  /** The world rank that failed or did not take part. */
  public int rank() {
    return rank;
  }
}
