// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.Batches;
import dev.loam.data.DataFormatException;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Micro batches of samples, epoch after epoch in the same order. */
final class SampleBatches implements DataLoader {
  private final SampleSource source;
  private final Batches batches;
  private final int microBatchSize;
  private final int microBatches;
  private final int sequenceLength;
  private final int vocabSize;
  private final long stepsPerEpoch;
  private final long samples;
  private final SampleBuffer row = new SampleBuffer();

  /**
   * Batches samples.
   *
   * @param samples how many samples an epoch has; the source may hold a few more
   */
  SampleBatches(
      SampleSource source,
      long samples,
      int microBatchSize,
      ReplicaShare share,
      int sequenceLength,
      int vocabSize) {
    this.source = source;
    this.samples = samples;
    this.microBatchSize = microBatchSize;
    this.microBatches = share.microBatches();
    this.sequenceLength = sequenceLength;
    this.vocabSize = vocabSize;
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
    return microBatches;
  }

  @Override
  public int maxTokens() {
    return Math.multiplyExact(microBatchSize, sequenceLength);
  }

  @Override
  public String description() {
    return source.size() + " samples of " + sequenceLength + " tokens";
  }

  @Override
  public long samplesPerEpoch() {
    return Math.min(samples, source.size());
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    List<MicroBatch> step = new ArrayList<>();
    for (int i = 0; i < microBatches; i++) {
      step.add(microBatch(at.sample(), i));
    }
    return step;
  }

  private MicroBatch microBatch(long consumed, int microBatch) {
    int room = maxTokens();
    long[] ids = new long[room];
    long[] labels = new long[room];
    long[] positions = new long[room];
    int[] starts = new int[microBatchSize + 1];
    int documents = 0;
    int at = 0;
    for (int r = 0; r < microBatchSize; r++) {
      batches.read(consumed, microBatch, r, row);
      starts = Arrays.copyOf(starts, Math.max(starts.length, documents + row.segments() + 1));
      for (int segment = 0; segment < row.segments(); segment++) {
        starts[documents++] = at + row.cuSeqlens()[segment];
      }
      for (int t = 0; t < row.length(); t++) {
        boolean trained = row.lossMask()[t];
        ids[at] = inVocabulary(row.inputIds()[t], consumed);
        labels[at] = trained ? inVocabulary(row.labels()[t], consumed) : LossHead.IGNORED;
        positions[at++] = row.positionIds()[t];
      }
    }
    starts[documents] = at;
    return new MicroBatch(
        Arrays.copyOf(ids, at),
        Arrays.copyOf(labels, at),
        Arrays.copyOf(positions, at),
        CuSeqlens.of(Arrays.copyOf(starts, documents + 1)));
  }

  private int inVocabulary(int id, long consumed) {
    if (id < 0 || id >= vocabSize) {
      throw new DataFormatException(
          "token id "
              + id
              + " in the batch after sample "
              + consumed
              + " is outside the model's vocabulary of "
              + vocabSize
              + "; preprocess the data with the model's tokenizer or raise vocab_size");
    }
    return id;
  }

  @Override
  public void close() {
    source.close();
  }
}
