// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.part.MicroBatch;

/**
 * Held-out data, all of which an evaluation goes through. Every rank has one of its own, of the
 * same contents, and asks for the batches of its replica.
 */
public interface EvaluationData extends AutoCloseable {
  /** How many batches there are. */
  long batches();

  /** The most tokens of a batch. */
  int maxTokens();

  /**
   * A batch; the same each time.
   *
   * @param index from 0
   */
  MicroBatch batch(long index);

  @Override
  void close();
}
