// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.data.indexed.IndexedDataset;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Samples of one length out of an indexed dataset, in the order of Megatron-LM's {@code
 * GPTDataset}, number for number. The sequences are shuffled ({@link #documentIndex}), laid end to
 * end and cut into samples ({@link #sampleIndex}), and the samples shuffled ({@link
 * #shuffleIndex}). These arrays take four bytes for each sequence and epoch and twelve for each
 * sample: of memory, or of a cache that is mapped.
 *
 * <p>Safe for use by several threads.
 */
public final class GptDataset implements SampleSource {
  private final GptPlan plan;
  private final SampleMaker maker;
  private final GptIndex index;
  private final Map<String, Object> identity;

  /**
   * Builds the order of all samples in memory.
   *
   * @param data where the tokens are; closed together with this dataset
   * @param split what the samples are for
   * @param part which of the sequences are used
   * @param samples how many samples are needed, there may be more; one epoch if not given
   * @throws DataFormatException if the sequences have too few tokens for a single sample
   */
  public GptDataset(
      IndexedDataset data, Split split, Split.Part part, OptionalLong samples, GptOptions options) {
    this(data, split, part, samples, options, Optional.empty());
  }

  /**
   * Takes the order of all samples from a cache, or builds it and puts it there.
   *
   * @param cache where to look, if anywhere
   * @throws DataFormatException if the sequences have too few tokens for a single sample
   */
  public GptDataset(
      IndexedDataset data,
      Split split,
      Split.Part part,
      OptionalLong samples,
      GptOptions options,
      Optional<IndexCache> cache) {
    this.plan = GptPlan.of(data, split, part, samples, options);
    this.maker = new SampleMaker(options);
    this.identity =
        GptIdentity.of(data.prefix(), samples, split, options, cache.flatMap(IndexCache::split));
    this.index =
        cache.isPresent()
            ? new GptIndexCache(plan, cache.get(), split, identity).loadOrBuild()
            : GptIndex.build(plan);
  }

  @Override
  public long size() {
    return index.shuffle().size();
  }

  @Override
  public Sample get(long position) {
    SampleBuffer buffer = new SampleBuffer();
    read(position, buffer);
    return buffer.toSample();
  }

  @Override
  public void read(long position, SampleBuffer into) {
    long sample = index.shuffle().get(Objects.checkIndex(position, size()));
    GptOptions options = plan.options();
    into.begin(options.sequenceLength());
    try {
      int filled = readText(sample, into);
      int[] text = into.inputIds();
      Arrays.fill(text, filled, options.sequenceLength() + options.extra(), options.pad());
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new DataFormatException(
          "%s: sample %d is not within the data; delete the index cache and do not change the data"
                  .formatted(plan.data().prefix(), sample)
              + " while it is used",
          e);
    }
    maker.complete(into);
    if (options.createCompressedEodMask() && into.segments() - 1 > options.eodPadLength()) {
      throw new DataFormatException(
          "%s: sample %d has %d tokens eod %d within it, more than eod_pad_length %d; raise it"
              .formatted(
                  plan.data().prefix(),
                  position,
                  into.segments() - 1,
                  options.eod(),
                  options.eodPadLength()));
    }
  }

  private int readText(long sample, SampleBuffer into) {
    IndexedDataset data = plan.data();
    int extra = plan.options().extra();
    long from = index.rows().get(2 * sample);
    long to = index.rows().get(2 * sample + 2);
    // Where an empty sequence ends the data, offset -1 stands for its end.
    int begin = Math.max(0, (int) index.rows().get(2 * sample + 1));
    int filled = 0;
    for (long document = from; document <= to; document++) {
      int sequence = (int) index.documents().get(document);
      int end =
          document == to ? (int) index.rows().get(2 * sample + 3) + extra : data.length(sequence);
      data.read(sequence, begin, end - begin, into.inputIds(), filled);
      filled += end - begin;
      begin = 0;
      if (plan.options().interDocumentMasking()) {
        into.cutBefore(filled);
      }
    }
    return filled;
  }

  /** How many times the data is gone through. */
  public long epochs() {
    return plan.epochs().count();
  }

  /**
   * What Megatron-LM tells datasets apart by, in its order; an empty {@link Optional} stands for
   * {@code null}.
   */
  public Map<String, Object> identity() {
    return identity;
  }

  /** A copy of the order of the sequences. */
  public int[] documentIndex() {
    return index.documents().toInts();
  }

  /**
   * A copy of where samples begin: for each, and for the end of the last, a position in {@link
   * #documentIndex} and an offset in that sequence, row after row.
   */
  public int[] sampleIndex() {
    return index.rows().toInts();
  }

  /** A copy of the order of the samples. */
  public int[] shuffleIndex() {
    return index.shuffle().toInts();
  }

  @Override
  public void close() {
    plan.data().close();
  }
}
