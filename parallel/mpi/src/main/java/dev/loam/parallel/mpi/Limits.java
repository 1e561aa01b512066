// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.tensor.DType;

/**
 * How large buffers are cut. The same on all ranks.
 *
 * @param messageBytes the most one message carries; far below what MPI counts with an int, since
 *     every message that is done tells {@link Backoff} that data moves
 * @param chunkBytes the most that is summed at a time for each rank
 * @param stagingBytes the most that is received for sums under way, for each of the two that a
 *     group has at once
 * @param smallBytes up to which size a sum is made by every rank for itself
 */
record Limits(int messageBytes, int chunkBytes, int stagingBytes, int smallBytes) {
  static final Limits DEFAULT = new Limits(1 << 21, 1 << 20, 1 << 25, 1 << 14);

  /** Elements of a message. */
  long messageElements(DType dtype) {
    return Math.max(1, messageBytes / dtype.bytes());
  }

  /** Elements of a chunk of a sum over that many ranks, of which two are received at a time. */
  long chunkElements(DType dtype, int ranks) {
    long bytes = Math.min(Math.min(chunkBytes, messageBytes), stagingBytes / (2 * ranks));
    return Math.max(1, bytes / dtype.bytes());
  }
}
