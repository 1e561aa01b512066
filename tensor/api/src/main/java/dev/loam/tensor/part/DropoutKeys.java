// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import java.util.Arrays;

/**
 * Keys of the random numbers that dropout draws, one for each token of a micro batch. They say
 * which token of which sample it is, not where it is computed, so that a token's numbers are the
 * same however a run is spread over ranks, and after it was resumed. Immutable.
 */
public final class DropoutKeys {
  private final long[] keys;

  private DropoutKeys(long[] keys) {
    this.keys = keys;
  }

  /**
   * Copies the keys.
   *
   * @param keys of each token, evenly spread over all 64-bit numbers, see {@link #key}
   */
  public static DropoutKeys of(long[] keys) {
    return new DropoutKeys(keys.clone());
  }

  /** Those of so many tokens of which nothing is known but their place. */
  public static DropoutKeys ofPlaces(int tokens) {
    long[] keys = new long[tokens];
    Arrays.setAll(keys, t -> key(0, t));
    return new DropoutKeys(keys);
  }

  /** Those of rows of equal length, which have numbers of their own in their step. */
  public static DropoutKeys ofRows(long[] rows, int length) {
    long[] keys = new long[rows.length * length];
    Arrays.setAll(keys, t -> key(rows[t / length], t % length));
    return new DropoutKeys(keys);
  }

  /** A token's key. */
  public static long key(long row, long token) {
    return mix(mix(row) + token);
  }

  /** The keys of the same tokens in a step of a training. */
  public DropoutKeys inStep(long step) {
    long salt = mix(~step);
    return new DropoutKeys(Arrays.stream(keys).map(key -> mix(key ^ salt)).toArray());
  }

  /** How many tokens there are. */
  public int tokens() {
    return keys.length;
  }

  /** The key of a token. */
  public long get(int token) {
    return keys[token];
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  public static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
