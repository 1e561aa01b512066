// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

/**
 * One thing a pipeline stage does.
 *
 * @param chunk which of the stage's runs of layers, from 0
 * @param microBatch from 0
 */
public record Action(Kind kind, int chunk, int microBatch) {
  /** The directions. */
  public enum Kind {
    /** From token ids towards the loss. */
    FORWARD,
    /** From the loss back. On the last virtual stage it starts with the head. */
    BACKWARD
  }

  static Action forward(int chunk, int microBatch) {
    return new Action(Kind.FORWARD, chunk, microBatch);
  }

  static Action backward(int chunk, int microBatch) {
    return new Action(Kind.BACKWARD, chunk, microBatch);
  }
}
