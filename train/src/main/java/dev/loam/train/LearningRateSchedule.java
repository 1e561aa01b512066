// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * The learning rate by step. Depends on nothing but the step, since a training that goes on from a
 * checkpoint asks for the steps it has left and no others. Called on the compute threads of all
 * ranks, which must be given the same rates.
 *
 * @see LrSchedule
 */
@FunctionalInterface
public interface LearningRateSchedule {
  /**
   * The rate at a step.
   *
   * @param step 0 for the first; whether the first step reads this rate or the next is said by
   *     {@link TrainerBuilder#optStepOffset}
   */
  double at(long step);
}
