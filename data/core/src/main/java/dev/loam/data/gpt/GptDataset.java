// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.data.indexed.IndexedDataset;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Samples of one length out of an indexed dataset, in the order of Megatron-LM's {@code
 * GPTDataset}, number for number. The sequences are shuffled ({@link #documentIndex}), laid end to
 * end and cut into samples ({@link #sampleIndex}), and the samples shuffled ({@link
 * #shuffleIndex}). In memory there are four bytes for each sequence and epoch and twelve for each
 * sample.
 *
 * <p>Safe for use by several threads.
 */
public final class GptDataset implements SampleSource {
  private static final long MAX_SAMPLES = Integer.MAX_VALUE - 1;

  private final IndexedDataset data;
  private final GptOptions options;
  private final SampleMaker maker;
  private final Epochs epochs;
  private final int[] documentIndex;
  private final SampleIndex sampleIndex;
  private final int[] shuffleIndex;

  /**
   * Builds the order of all samples.
   *
   * @param data where the tokens are; closed together with this dataset
   * @param split what the samples are for
   * @param part which of the sequences are used
   * @param samples how many samples are needed, there may be more; one epoch if not given
   * @throws DataFormatException if the sequences have too few tokens for a single sample
   */
  public GptDataset(
      IndexedDataset data, Split split, Split.Part part, OptionalLong samples, GptOptions options) {
    if (samples.isPresent() && (samples.getAsLong() < 0 || samples.getAsLong() > MAX_SAMPLES)) {
      throw new IllegalArgumentException(
          samples.getAsLong() + " samples requested, must be from 0 to " + MAX_SAMPLES);
    }
    this.data = data;
    this.options = options;
    this.maker = new SampleMaker(options);
    int first = part.firstOf(data.sequences());
    int end = part.endOf(data.sequences());
    int length = options.sequenceLength();
    int extra = options.extra();
    boolean dropLast = split != Split.VALID || options.dropLastPartialValidationSequence();

    long tokens = tokens(first, end);
    requireOneSample(tokens, first, end, dropLast);
    this.epochs = Epochs.plan(tokens, samples, length, extra);
    NumpyRandom random = new NumpyRandom(options.randomSeed());
    this.documentIndex = DocumentIndex.build(first, end - first, epochs, random);
    int count =
        SampleIndex.count(Math.multiplyExact(epochs.count(), tokens), length, extra, dropLast);
    this.sampleIndex = SampleIndex.build(data::length, documentIndex, count, length, extra);
    this.shuffleIndex = ShuffleIndex.build(count, epochs, random);
  }

  private long tokens(int first, int end) {
    long tokens = 0;
    for (int i = first; i < end; i++) {
      tokens += data.length(i);
    }
    return tokens;
  }

  private void requireOneSample(long tokens, int first, int end, boolean dropLast) {
    long needed = dropLast ? (long) options.sequenceLength() + options.extra() : 1;
    if (tokens < needed) {
      throw new DataFormatException(
          "%s: sequences %d to %d have %d tokens, fewer than one sample of %d; use more data or a"
                  .formatted(data.prefix(), first, end, tokens, needed)
              + " shorter seq_length");
    }
  }

  @Override
  public long size() {
    return shuffleIndex.length;
  }

  @Override
  public Sample get(long index) {
    int sample = shuffleIndex[(int) Objects.checkIndex(index, size())];
    int from = sampleIndex.document(sample);
    int to = sampleIndex.document(sample + 1);
    int[] text = new int[options.sequenceLength() + options.extra()];
    int[] sequenceEnds = new int[to - from + 1];
    int filled = 0;
    for (int document = from; document <= to; document++) {
      int sequence = documentIndex[document];
      // Where an empty sequence ends the data, offset -1 stands for its end.
      int begin = document == from ? Math.max(0, sampleIndex.offset(sample)) : 0;
      int end =
          document == to ? sampleIndex.offset(sample + 1) + options.extra() : data.length(sequence);
      data.read(sequence, begin, end - begin, text, filled);
      filled += end - begin;
      sequenceEnds[document - from] = filled;
    }
    Arrays.fill(text, filled, text.length, options.pad());
    return maker.make(text, sequenceEnds);
  }

  /** How many times the data is gone through. */
  public long epochs() {
    return epochs.count();
  }

  /** A copy of the order of the sequences. */
  public int[] documentIndex() {
    return documentIndex.clone();
  }

  /**
   * A copy of where samples begin: for each, and for the end of the last, a position in {@link
   * #documentIndex} and an offset in that sequence, row after row.
   */
  public int[] sampleIndex() {
    return sampleIndex.rows();
  }

  /** A copy of the order of the samples. */
  public int[] shuffleIndex() {
    return shuffleIndex.clone();
  }

  @Override
  public void close() {
    data.close();
  }
}
