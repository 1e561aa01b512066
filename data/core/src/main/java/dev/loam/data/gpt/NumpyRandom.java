// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

/**
 * {@code numpy.random.RandomState}: the Mersenne Twister MT19937 with numpy's legacy seeding,
 * bounded integers and shuffle, number for number. For one thread.
 */
public final class NumpyRandom {
  private static final int N = 624;
  private static final int M = 397;
  private static final int UPPER = 0x80000000;
  private static final int LOWER = 0x7fffffff;
  private static final int MATRIX = 0x9908b0df;
  private static final long MAX_SEED = 0xffffffffL;

  /** How many places of a shuffle are drawn before the elements are swapped. */
  private static final int BLOCK = 1 << 10;

  private final int[] state = new int[N];
  private final int[] bits = new int[N];
  private int next = N;

  /**
   * A generator.
   *
   * @param seed from 0 to 2^32 - 1
   */
  public NumpyRandom(long seed) {
    if (seed < 0 || seed > MAX_SEED) {
      throw new IllegalArgumentException("seed " + seed + ", must be from 0 to 2^32 - 1");
    }
    state[0] = (int) seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /** The next 32 random bits. */
  public int nextBits() {
    if (next == N) {
      regenerate();
    }
    return bits[next++];
  }

  /** All numbers of a generation at once, in loops that compile to vector instructions. */
  private void regenerate() {
    for (int i = 0; i < N - M; i++) {
      state[i] = state[i + M] ^ twist(state[i], state[i + 1]);
    }
    for (int i = N - M; i < N - 1; i++) {
      state[i] = state[i + M - N] ^ twist(state[i], state[i + 1]);
    }
    state[N - 1] = state[M - 1] ^ twist(state[N - 1], state[0]);
    for (int i = 0; i < N; i++) {
      int y = state[i];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      bits[i] = y ^ (y >>> 18);
    }
    next = 0;
  }

  private static int twist(int high, int low) {
    int y = (high & UPPER) | (low & LOWER);
    return (y >>> 1) ^ (-(y & 1) & MATRIX);
  }

  /**
   * A number from 0 to {@code max}, both included, each equally likely; 0 takes nothing from the
   * stream when {@code max} is 0.
   */
  public long nextInterval(long max) {
    if (max < 0) {
      throw new IllegalArgumentException("negative bound " + max);
    }
    if (max == 0) {
      return 0;
    }
    long mask = -1L >>> Long.numberOfLeadingZeros(max);
    long value;
    do {
      value = (max <= MAX_SEED ? nextBits() & MAX_SEED : nextLong()) & mask;
    } while (value > max);
    return value;
  }

  private long nextLong() {
    long high = nextBits() & MAX_SEED;
    return high << 32 | (nextBits() & MAX_SEED);
  }

  /** Shuffles the elements from index {@code from} to before {@code to}. */
  public void shuffle(int[] values, int from, int to) {
    int[] places = new int[BLOCK];
    int last = to - from - 1;
    while (last > 0) {
      int count = Math.min(BLOCK, last);
      drawPlaces(places, last, count);
      // The places being known, the swaps wait for memory side by side.
      for (int k = 0; k < count; k++) {
        int i = from + last - k;
        int j = from + places[k];
        int swapped = values[i];
        values[i] = values[j];
        values[j] = swapped;
      }
      last -= count;
    }
  }

  /** Draws a number from 0 to {@code max}, then one from 0 to {@code max - 1}, and so on. */
  private void drawPlaces(int[] places, int max, int count) {
    int drawn = 0;
    while (drawn < count) {
      int mask = -1 >>> Integer.numberOfLeadingZeros(max - drawn);
      int withThisMask = Math.min(count, max - (mask >>> 1));
      while (drawn < withThisMask) {
        if (next == N) {
          regenerate();
        }
        while (next < N && drawn < withThisMask) {
          int value = bits[next++] & mask;
          places[drawn] = value;
          // No branch, which could not be predicted: one more is drawn unless it is too large.
          drawn += 1 + ((max - drawn - value) >> 31);
        }
      }
    }
  }

  /** Shuffles the elements from index {@code from} to before {@code to}. */
  public void shuffle(long[] values, int from, int to) {
    for (int i = to - from - 1; i > 0; i--) {
      int j = from + (int) nextInterval(i);
      long swapped = values[from + i];
      values[from + i] = values[j];
      values[j] = swapped;
    }
  }
}
