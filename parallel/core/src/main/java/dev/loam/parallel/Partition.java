// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.util.Arrays;

/** A run of elements cut into one piece for each rank, in order. Immutable. */
public final class Partition {
  private final long[] bounds;

  private Partition(long[] bounds) {
    this.bounds = bounds;
  }

  /**
   * Pieces between bounds.
   *
   * @param bounds ascending, from 0 to the number of elements; one more than there are pieces
   */
  public static Partition of(long... bounds) {
    if (bounds.length < 2 || bounds[0] != 0) {
      throw new IllegalArgumentException("no partition: " + Arrays.toString(bounds));
    }
    for (int i = 1; i < bounds.length; i++) {
      if (bounds[i] < bounds[i - 1]) {
        throw new IllegalArgumentException("no partition: " + Arrays.toString(bounds));
      }
    }
    return new Partition(bounds.clone());
  }

  /** Pieces that differ by one element at most. */
  public static Partition even(long elements, int ranks) {
    long[] bounds = new long[ranks + 1];
    long piece = elements / ranks;
    long larger = elements % ranks;
    for (int i = 0; i < ranks; i++) {
      bounds[i + 1] = bounds[i] + piece + (i < larger ? 1 : 0);
    }
    return of(bounds);
  }

  /** The number of pieces. */
  public int pieces() {
    return bounds.length - 1;
  }

  /** The number of elements. */
  public long elements() {
    return bounds[bounds.length - 1];
  }

  /** The first element of a piece. */
  public long start(int piece) {
    return bounds[piece];
  }

  /** The number of elements of a piece. */
  public long length(int piece) {
    return bounds[piece + 1] - bounds[piece];
  }

  @Override
  public String toString() {
    return Arrays.toString(bounds);
  }
}
