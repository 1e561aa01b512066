// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.IndexedDataset;
import java.util.OptionalLong;

/**
 * What decides the order of samples: nothing but the lengths of the sequences and these numbers.
 *
 * @param data where the sequences are
 * @param first the first sequence used
 * @param sequences how many are used
 * @param tokens how many tokens these have
 * @param epochs how often they are gone through
 * @param samples how many samples that gives
 */
record GptPlan(
    IndexedDataset data,
    int first,
    int sequences,
    long tokens,
    Epochs epochs,
    int samples,
    boolean dropLastPartial,
    GptOptions options) {
  /** The most numbers in an index: some virtual machines have a few elements less than 2^31. */
  static final int MAX_ENTRIES = Integer.MAX_VALUE - 16;

  private static final int BLOCK = 1 << 16;

  static GptPlan of(
      IndexedDataset data, Split split, Split.Part part, OptionalLong samples, GptOptions options) {
    if (samples.isPresent() && (samples.getAsLong() < 0 || samples.getAsLong() > MAX_ENTRIES)) {
      throw new DataFormatException(
          "%s: %d samples requested, must be from 0 to %d"
              .formatted(data.prefix(), samples.getAsLong(), MAX_ENTRIES));
    }
    int first = part.firstOf(data.sequences());
    int end = part.endOf(data.sequences());
    int sequences = end - first;
    int extra = options.extra();
    boolean dropLast = split != Split.VALID || options.dropLastPartialValidationSequence();
    long tokens = tokens(data, first, end);
    long needed = dropLast ? (long) options.sequenceLength() + extra : 1L + extra;
    if (tokens < needed) {
      throw new DataFormatException(
          "%s: sequences %d to %d have %d tokens, fewer than one sample of %d; use more data or a"
                  .formatted(data.prefix(), first, end, tokens, needed)
              + " shorter seq_length");
    }
    Epochs epochs = Epochs.plan(tokens, samples, options.sequenceLength(), extra);
    if (epochs.count() > MAX_ENTRIES / sequences) {
      throw new DataFormatException(
          "%s: %d passes over %d sequences exceed %d entries; request fewer samples"
              .formatted(data.prefix(), epochs.count(), sequences, MAX_ENTRIES));
    }
    int count =
        SampleIndex.count(
            Math.multiplyExact(epochs.count(), tokens), options.sequenceLength(), extra, dropLast);
    return new GptPlan(data, first, sequences, tokens, epochs, count, dropLast, options);
  }

  private static long tokens(IndexedDataset data, int first, int end) {
    if (end - first == data.sequences()) {
      return data.tokens();
    }
    int[] lengths = new int[BLOCK];
    long tokens = 0;
    for (int from = first; from < end; from += BLOCK) {
      int count = Math.min(BLOCK, end - from);
      data.lengths(from, lengths, count);
      for (int i = 0; i < count; i++) {
        tokens += lengths[i];
      }
    }
    return tokens;
  }

  /** The length of every sequence used. */
  int[] lengths() {
    int[] lengths = new int[sequences];
    data.lengths(first, lengths, sequences);
    return lengths;
  }

  /** How many entries the document index has. */
  long documents() {
    return epochs.count() * sequences;
  }

  /** Refuses what would not fit into the memory that Java may use. */
  void requireMemory() {
    long bytes = Integer.BYTES * (documents() + sequences + 3L * samples);
    long limit = Runtime.getRuntime().maxMemory();
    if (bytes > limit) {
      throw new DataFormatException(
          "%s: the indices of %d samples and %d sequences take %d MB of memory to build, Java has %d;"
                  .formatted(data.prefix(), samples, documents(), bytes >> 20, limit >> 20)
              + " raise -Xmx or request fewer samples");
    }
  }
}
