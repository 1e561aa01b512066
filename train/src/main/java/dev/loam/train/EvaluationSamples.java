// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.tensor.part.MicroBatch;

/** Held-out samples in batches, the last of which may be smaller. */
final class EvaluationSamples implements EvaluationData {
  private final SampleSource source;
  private final long samples;
  private final int batchSize;
  private final RowShape shape;
  private final SampleBuffer row = new SampleBuffer();

  /**
   * Batches samples.
   *
   * @param source is closed with this
   * @param samples how many of it
   */
  EvaluationSamples(SampleSource source, long samples, int batchSize, RowShape shape) {
    this.source = source;
    this.samples = samples;
    this.batchSize = batchSize;
    this.shape = shape;
  }

  @Override
  public long batches() {
    return (samples + batchSize - 1) / batchSize;
  }

  @Override
  public int maxTokens() {
    return shape.room(batchSize);
  }

  @Override
  public MicroBatch batch(long index) {
    long first = index * batchSize;
    SampleRows rows = new SampleRows(batchSize, shape, "evaluation samples from " + first);
    for (long i = first; i < Math.min(samples, first + batchSize); i++) {
      long sample = i;
      rows.add(row, sample, buffer -> source.read(sample, buffer));
    }
    return rows.toMicroBatch();
  }

  @Override
  public void close() {
    source.close();
  }
}
