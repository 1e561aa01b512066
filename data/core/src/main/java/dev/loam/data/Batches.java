// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import java.util.ArrayList;
import java.util.List;

/**
 * Which samples of a source one data-parallel rank takes at every step. A step takes the next
 * {@link #globalBatchSize} samples and splits them over ranks and micro batches. All there is of
 * state is the number of samples consumed so far, which the caller keeps: resuming anywhere costs
 * nothing, also under another number of ranks.
 *
 * <p>A pass over the source ends when fewer samples are left than a global batch; the next pass
 * begins again at its first sample. Immutable, and as thread-safe as the source.
 */
public final class Batches {
  /** How the samples of one global batch are dealt out; for micro batches of one it is the same. */
  public enum Dealing {
    /** Sample by sample in turn, as MindFormers does: rank r has samples r, r + ranks, ... */
    ROUND_ROBIN,
    /** Micro batch by micro batch in turn, as Megatron-LM does. */
    CONSECUTIVE,
    /**
     * Rank by rank: each has a run of micro batches. When the same micro batches are spread over
     * another number of ranks, a rank's are still neighbours.
     */
    BLOCKS;

    /**
     * The place in a global batch of one row of a rank's micro batch.
     *
     * @param microBatches micro batches of each rank
     */
    public long place(
        int row, int microBatch, int microBatchSize, int microBatches, int rank, int ranks) {
      return switch (this) {
        case ROUND_ROBIN -> ((long) microBatch * microBatchSize + row) * ranks + rank;
        case CONSECUTIVE -> ((long) microBatch * ranks + rank) * microBatchSize + row;
        case BLOCKS -> ((long) rank * microBatches + microBatch) * microBatchSize + row;
      };
    }
  }

  private final SampleSource source;
  private final int microBatchSize;
  private final int microBatches;
  private final int rank;
  private final int ranks;
  private final Dealing dealing;

  /**
   * The batches of one rank.
   *
   * @param microBatchSize samples in a micro batch
   * @param microBatches micro batches that a rank runs in one step
   * @param rank data-parallel rank, from 0
   * @param ranks number of data-parallel ranks
   * @throws DataFormatException if the source has fewer samples than one global batch
   */
  public Batches(
      SampleSource source,
      int microBatchSize,
      int microBatches,
      int rank,
      int ranks,
      Dealing dealing) {
    if (microBatchSize < 1 || microBatches < 1 || rank < 0 || rank >= ranks) {
      throw new IllegalArgumentException(
          "micro batch size %d, micro batches %d, rank %d of %d"
              .formatted(microBatchSize, microBatches, rank, ranks));
    }
    this.source = source;
    this.microBatchSize = microBatchSize;
    this.microBatches = microBatches;
    this.rank = rank;
    this.ranks = ranks;
    this.dealing = dealing;
    if (stepsPerPass() == 0) {
      throw new DataFormatException(
          "the dataset has %d samples, fewer than one global batch of %d; request more samples or"
                  .formatted(source.size(), globalBatchSize())
              + " lower the batch size");
    }
  }

  /** Samples that all ranks together take in one step. */
  public long globalBatchSize() {
    return (long) microBatchSize * microBatches * ranks;
  }

  /** Steps in one pass over the source. */
  public long stepsPerPass() {
    return source.size() / globalBatchSize();
  }

  /**
   * One micro batch of this rank.
   *
   * @param consumedSamples samples that all ranks together took before this step
   * @param microBatch which micro batch of the step, from 0
   */
  public List<Sample> microBatch(long consumedSamples, int microBatch) {
    List<Sample> samples = new ArrayList<>(microBatchSize);
    for (int row = 0; row < microBatchSize; row++) {
      samples.add(source.get(sampleIndex(consumedSamples, microBatch, row)));
    }
    return List.copyOf(samples);
  }

  /**
   * Reads one row of a micro batch of this rank into a buffer.
   *
   * @param consumedSamples samples that all ranks together took before this step
   * @param microBatch which micro batch of the step, from 0
   * @param row which row of the micro batch, from 0
   */
  public void read(long consumedSamples, int microBatch, int row, SampleBuffer into) {
    source.read(sampleIndex(consumedSamples, microBatch, row), into);
  }

  /**
   * The index of a sample in the source.
   *
   * @param consumedSamples samples that all ranks together took before this step
   * @param microBatch which micro batch of the step, from 0
   * @param row which row of the micro batch, from 0
   */
  public long sampleIndex(long consumedSamples, int microBatch, int row) {
    if (consumedSamples < 0 || microBatch < 0 || microBatch >= microBatches) {
      throw new IllegalArgumentException(
          "consumed samples %d, micro batch %d of %d"
              .formatted(consumedSamples, microBatch, microBatches));
    }
    if (row < 0 || row >= microBatchSize) {
      throw new IllegalArgumentException("row %d of %d".formatted(row, microBatchSize));
    }
    long inBatch = dealing.place(row, microBatch, microBatchSize, microBatches, rank, ranks);
    return stepStart(consumedSamples) + inBatch;
  }

  /** The first sample of the step: a cursor too near the end of a pass begins the next one. */
  private long stepStart(long consumedSamples) {
    long cursor = consumedSamples % (stepsPerPass() * globalBatchSize());
    return cursor + globalBatchSize() <= source.size() ? cursor : 0;
  }
}
