// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * Where in the passes over the data a step was.
 *
 * @param number the pass, from 1
 * @param total passes that the run begins
 * @param step the step of the pass, from 1; 0 before the first
 * @param steps steps of a pass
 */
public record EpochStep(long number, long total, long step, long steps) {
  /** Of the step that ended at a place in the data. */
  static EpochStep of(DataCursor end, DataLoader batches, long totalSteps) {
    long steps = batches.stepsPerEpoch();
    // A batch size that was changed on the way leaves a part of a batch behind.
    long step = (end.sample() + batches.samplesPerStep() - 1) / batches.samplesPerStep();
    long number = end.epoch() + 1;
    return new EpochStep(number, Math.max(number, (totalSteps + steps - 1) / steps), step, steps);
  }
}
