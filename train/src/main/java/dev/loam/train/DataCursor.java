// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * A place in the data. A step begins where the one before ended, or at the beginning of the next
 * pass where fewer samples are left than a global batch.
 *
 * @param epoch the pass over the data, from 0
 * @param sample samples of the pass that have been used
 */
public record DataCursor(long epoch, long sample) {
  /** The beginning of all data. */
  public static final DataCursor START = new DataCursor(0, 0);

  /** Checks that nothing is negative. */
  public DataCursor {
    if (epoch < 0 || sample < 0) {
      throw new IllegalArgumentException("epoch " + epoch + ", sample " + sample);
    }
  }

  /** Where a step begins, 0 being the first, when all steps have had the same batch size. */
  public static DataCursor ofStep(long step, DataLoader batches) {
    long steps = batches.stepsPerEpoch();
    return new DataCursor(step / steps, step % steps * batches.samplesPerStep());
  }

  /** Where the next step ends. */
  public DataCursor next(DataLoader batches) {
    DataCursor start = start(batches);
    return new DataCursor(start.epoch, start.sample + batches.samplesPerStep());
  }

  /** Where the next step begins: here, or at the beginning of the next pass. */
  public DataCursor start(DataLoader batches) {
    return sample + batches.samplesPerStep() > batches.samplesPerEpoch()
        ? new DataCursor(epoch + 1, 0)
        : this;
  }
}
