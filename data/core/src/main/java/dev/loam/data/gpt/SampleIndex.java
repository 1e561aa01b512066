// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.IndexArray;

/**
 * Where samples begin and end in the sequences laid end to end. Row i is where sample i begins, row
 * i + 1 where it ends: a position in the document index and an offset in that sequence. For samples
 * with an extra token the end is its last token, with which the next sample begins. As an array the
 * rows come one after the other, two numbers each.
 */
final class SampleIndex implements IndexArray {
  private final int[] documents;
  private final int[] offsets;

  private SampleIndex(int samples) {
    this.documents = new int[samples + 1];
    this.offsets = new int[samples + 1];
  }

  @Override
  public long size() {
    return 2L * documents.length;
  }

  @Override
  public long get(long position) {
    int row = (int) (position >> 1);
    return (position & 1) == 0 ? documents[row] : offsets[row];
  }

  /**
   * How many samples there are in so many tokens. Without dropping, the last one may be partial:
   * the quotient is then rounded to float32 before it is rounded up, as Megatron-LM does.
   */
  static int count(long tokens, int sequenceLength, int extra, boolean dropLastPartial) {
    long usable = Math.max(0, tokens - extra);
    long samples =
        dropLastPartial
            ? usable / sequenceLength
            : (long) Math.ceil((float) usable / (float) sequenceLength);
    if (samples > GptPlan.MAX_ENTRIES) {
      throw new DataFormatException(
          "%d samples, at most %d are possible; request fewer or longer ones"
              .formatted(samples, GptPlan.MAX_ENTRIES));
    }
    return (int) samples;
  }

  /**
   * All rows.
   *
   * @param lengths of the sequences in the order of the document index
   */
  static SampleIndex build(LengthReader lengths, int samples, int sequenceLength, int extra) {
    SampleIndex index = new SampleIndex(samples);
    walk(
        lengths,
        samples,
        sequenceLength,
        extra,
        (row, document, offset) -> {
          index.documents[row] = document;
          index.offsets[row] = offset;
          return true;
        });
    return index;
  }

  /** Whether rows are those that would be built; stops at the first that is not. */
  static boolean isRight(
      IndexArray rows, LengthReader lengths, int samples, int sequenceLength, int extra) {
    return rows.size() == 2L * (samples + 1)
        && rows.get(0) == 0
        && rows.get(1) == 0
        && walk(
            lengths,
            samples,
            sequenceLength,
            extra,
            (row, document, offset) ->
                rows.get(2L * row) == document && rows.get(2L * row + 1) == offset);
  }

  /** Gets a row; false stops the walk. */
  @FunctionalInterface
  private interface Visitor {
    boolean row(int row, int document, int offset);
  }

  /** Walks along the sequences, a sample at a time, to the rows after the first. */
  private static boolean walk(
      LengthReader lengths, int samples, int sequenceLength, int extra, Visitor visitor) {
    long whole = (long) sequenceLength + extra;
    long remaining = whole;
    int row = 1;
    int size = 0;
    for (int document = 0; document < lengths.size() && row <= samples; document++) {
      size = lengths.next();
      int offset = 0;
      while (row <= samples && size - offset >= remaining) {
        offset += (int) remaining - extra;
        if (!visitor.row(row++, document, offset)) {
          return false;
        }
        remaining = whole;
      }
      remaining -= size - offset;
    }
    while (row <= samples) { // A partial sample ends with the data.
      if (!visitor.row(row++, lengths.size() - 1, size - extra)) {
        return false;
      }
    }
    return true;
  }
}
