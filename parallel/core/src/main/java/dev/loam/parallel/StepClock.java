// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

/** Is told when a part of a training step ends; for benchmarks. */
@FunctionalInterface
public interface StepClock {
  /** The parts of a step; those from forward to communication many times a step. */
  enum Part {
    /** Fetching the batch. */
    DATA,
    /** All layers. */
    FORWARD,
    /** The head with its loss and gradients. */
    HEAD,
    /** All layers back. */
    BACKWARD,
    /** Waiting for other stages of the pipeline, and for sums of gradients. */
    COMMUNICATION,
    /** Norm, clip and update. */
    OPTIMIZER
  }

  /** Called when a part ends. */
  void ended(Part part);

  /** Measures nothing. */
  static StepClock none() {
    return part -> {};
  }
}
