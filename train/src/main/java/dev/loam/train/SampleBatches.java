// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.Batches;
import dev.loam.data.DataFormatException;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;

/** Micro batches of samples, epoch after epoch in the same order. */
final class SampleBatches implements DataLoader {
  private final SampleSource source;
  private final Batches batches;
  private final int microBatchSize;
  private final ReplicaShare share;
  private final RowShape shape;
  private final String description;
  private final long stepsPerEpoch;
  private final long samples;
  private final SampleBuffer row = new SampleBuffer();

  /**
   * Batches samples.
   *
   * @param samples how many samples an epoch has; the source may hold a few more
   * @param description a line that describes the data
   */
  SampleBatches(
      SampleSource source,
      long samples,
      int microBatchSize,
      ReplicaShare share,
      RowShape shape,
      String description) {
    this.source = source;
    this.samples = samples;
    this.microBatchSize = microBatchSize;
    this.share = share;
    this.shape = shape;
    this.description = description;
    batches =
        new Batches(
            source,
            microBatchSize,
            share.microBatches(),
            share.replica(),
            share.replicas(),
            share.dealing());
    stepsPerEpoch = Math.min(samples / batches.globalBatchSize(), batches.stepsPerPass());
    if (stepsPerEpoch == 0) {
      throw new DataFormatException(
          samples + " samples do not fill one global batch of " + batches.globalBatchSize());
    }
  }

  @Override
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  @Override
  public long samplesPerStep() {
    return batches.globalBatchSize();
  }

  @Override
  public int microBatches() {
    return share.microBatches();
  }

  @Override
  public int maxTokens() {
    return shape.room(microBatchSize);
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public long samplesPerEpoch() {
    return Math.min(samples, source.size());
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    List<MicroBatch> step = new ArrayList<>();
    for (int i = 0; i < share.microBatches(); i++) {
      step.add(microBatch(at.sample(), i));
    }
    return step;
  }

  private MicroBatch microBatch(long consumed, int microBatch) {
    SampleRows rows = new SampleRows(microBatchSize, shape, "batch after sample " + consumed);
    for (int r = 0; r < microBatchSize; r++) {
      int place = r;
      rows.add(
          row,
          share.place(r, microBatch, microBatchSize),
          buffer -> batches.read(consumed, microBatch, place, buffer));
    }
    return rows.toMicroBatch();
  }

  @Override
  public void close() {
    source.close();
  }
}
