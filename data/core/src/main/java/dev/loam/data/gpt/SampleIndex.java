// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import java.util.function.IntUnaryOperator;

/**
 * Where samples begin and end in the sequences laid end to end. Row i is where sample i begins, row
 * i + 1 where it ends: a position in the document index and an offset in that sequence. For samples
 * with an extra token the end is its last token, with which the next sample begins.
 */
final class SampleIndex {
  private final int[] documents;
  private final int[] offsets;

  private SampleIndex(int samples) {
    this.documents = new int[samples + 1];
    this.offsets = new int[samples + 1];
  }

  /** The number of samples. */
  int samples() {
    return documents.length - 1;
  }

  /** A position in the document index. */
  int document(int row) {
    return documents[row];
  }

  /** An offset in the sequence at that position. */
  int offset(int row) {
    return offsets[row];
  }

  /** A copy of all rows, one after the other. */
  int[] rows() {
    if (documents.length > Integer.MAX_VALUE / 2) {
      throw new IllegalStateException("the sample index is too large for one array");
    }
    int[] rows = new int[2 * documents.length];
    for (int i = 0; i < documents.length; i++) {
      rows[2 * i] = documents[i];
      rows[2 * i + 1] = offsets[i];
    }
    return rows;
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
    if (samples >= Integer.MAX_VALUE) {
      throw new DataFormatException(
          samples + " samples, at most 2147483646 are possible; request fewer or longer ones");
    }
    return (int) samples;
  }

  /**
   * Walks along the sequences, a sample at a time.
   *
   * @param sizes the length of each sequence
   * @param documentIndex the order of the sequences, not empty
   */
  static SampleIndex build(
      IntUnaryOperator sizes, int[] documentIndex, int samples, int sequenceLength, int extra) {
    SampleIndex index = new SampleIndex(samples);
    int document = 0;
    int offset = 0;
    for (int row = 1; row <= samples; row++) {
      long remaining = (long) sequenceLength + extra;
      while (remaining > 0) {
        int size = sizes.applyAsInt(documentIndex[document]);
        int left = size - offset;
        if (left >= remaining) {
          offset += (int) remaining - extra;
          remaining = 0;
        } else if (document == documentIndex.length - 1) {
          offset = size - extra; // A partial sample ends with the data.
          remaining = 0;
        } else {
          remaining -= left;
          document++;
          offset = 0;
        }
      }
      index.documents[row] = document;
      index.offsets[row] = offset;
    }
    return index;
  }
}
