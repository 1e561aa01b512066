// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.Arrays;

/**
 * Where the documents of a micro batch start and end: cumulative sequence lengths, ascending from 0
 * to the number of tokens. Tokens attend only within their document. Immutable.
 */
public final class CuSeqlens {
  private final int[] starts;

  private CuSeqlens(int[] starts) {
    this.starts = starts;
  }

  /**
   * From the start of each document, followed by the number of tokens.
   *
   * @throws IllegalArgumentException if they do not ascend from 0
   */
  public static CuSeqlens of(int... starts) {
    boolean ascending = starts.length >= 2 && starts[0] == 0;
    for (int i = 1; i < starts.length; i++) {
      ascending &= starts[i] >= starts[i - 1];
    }
    if (!ascending) {
      throw new IllegalArgumentException(
          "cumulative lengths must ascend from 0, not " + Arrays.toString(starts));
    }
    return new CuSeqlens(starts.clone());
  }

  /** Equal documents back to back, as the rows of a batch are. */
  public static CuSeqlens rows(int rows, int length) {
    int[] starts = new int[rows + 1];
    for (int i = 0; i <= rows; i++) {
      starts[i] = Math.multiplyExact(i, length);
    }
    return of(starts);
  }

  /** The number of documents. */
  public int documents() {
    return starts.length - 1;
  }

  /** The first token of a document. */
  public int start(int document) {
    return starts[document];
  }

  /** The number of tokens of a document. */
  public int length(int document) {
    return starts[document + 1] - starts[document];
  }

  /** The number of tokens of all documents. */
  public int tokens() {
    return starts[starts.length - 1];
  }

  /** The pairs of tokens of which one attends to the other, or to itself. */
  public long attendedPairs() {
    long pairs = 0;
    for (int i = 0; i < documents(); i++) {
      pairs += (long) length(i) * (length(i) + 1) / 2;
    }
    return pairs;
  }

  /** The starts followed by the number of tokens. */
  public long[] toArray() {
    return Arrays.stream(starts).asLongStream().toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CuSeqlens that && Arrays.equals(starts, that.starts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(starts);
  }

  @Override
  public String toString() {
    return Arrays.toString(starts);
  }
}
