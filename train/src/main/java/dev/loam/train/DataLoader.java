// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.part.MicroBatch;
import java.util.List;

/**
 * The batches of a run, step by step, in an order that depends on nothing but the place in the
 * data: of each global batch the part of one data-parallel replica. It has no place of its own to
 * save or to restore: a training that goes on asks for the step it comes to. Steps are asked for by
 * one thread at a time, which need not be the one that trains.
 */
public interface DataLoader extends AutoCloseable {
  /** Steps in one pass over the data. */
  long stepsPerEpoch();

  /** Samples in a global batch. */
  long samplesPerStep();

  /** Samples of one pass over the data, whole global batches or a few more. */
  default long samplesPerEpoch() {
    return stepsPerEpoch() * samplesPerStep();
  }

  /** Micro batches of this replica in a step; one unless said otherwise. */
  default int microBatches() {
    return 1;
  }

  /** The most tokens of a micro batch. */
  int maxTokens();

  /** A line that describes the data. */
  String description();

  /**
   * The micro batches of a step that are this replica's, in order.
   *
   * @param at where the step begins
   */
  List<MicroBatch> step(DataCursor at);

  @Override
  void close();
}
