// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.part.MicroBatch;
import java.util.List;

/** The global batches of a run, step by step, in an order that depends on nothing but the step. */
public interface BatchSource extends AutoCloseable {
  /** Steps in one pass over the data. */
  long stepsPerEpoch();

  /** Samples in a global batch. */
  long samplesPerStep();

  /** The most tokens of a micro batch. */
  int maxTokens();

  /** A line that describes the data. */
  String description();

  /**
   * The micro batches of a step, in order.
   *
   * @param step 0 for the first
   */
  List<MicroBatch> step(long step);

  @Override
  void close();
}
