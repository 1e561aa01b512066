// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * Where the data of a step begins. A pass over the data ends when fewer samples are left than a
 * global batch.
 *
 * @param epoch the pass over the data, from 0
 * @param sample the first sample of the step within the pass, from 0
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
  public static DataCursor ofStep(long step, BatchSource batches) {
    long steps = batches.stepsPerEpoch();
    return new DataCursor(step / steps, step % steps * batches.samplesPerStep());
  }

  /** Where the step after the one that begins here begins. */
  public DataCursor next(BatchSource batches) {
    return new DataCursor(epoch, sample + batches.samplesPerStep()).fit(batches);
  }

  /** This place, or the beginning of the next pass where no whole global batch is left. */
  public DataCursor fit(BatchSource batches) {
    return sample + batches.samplesPerStep() > batches.samplesPerEpoch()
        ? new DataCursor(epoch + 1, 0)
        : this;
  }
}
