// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

/**
 * {@code numpy.random.default_rng(seed)} as far as shuffling needs it, number for number: the
 * generator PCG64 (a 128-bit linear congruential generator, its output the exclusive or of its
 * halves, rotated), seeded through numpy's {@code SeedSequence}. For one thread.
 */
final class Pcg64 {
  private static final long MULTIPLIER_HIGH = 0x2360ed051fc65da4L;
  private static final long MULTIPLIER_LOW = 0x4385df649fccf645L;

  private static final int POOL = 4;
  private static final int SHIFT = 16;
  private static final int INIT_A = 0x43b0d7e5;
  private static final int MULTIPLIER_A = 0x931e8875;
  private static final int INIT_B = 0x8b51f9dd;
  private static final int MULTIPLIER_B = 0x58f38ded;
  private static final int MIX_LEFT = 0xca01f9dd;
  private static final int MIX_RIGHT = 0x4973f715;
  private static final long LOW_32 = 0xffffffffL;

  private final long incrementHigh;
  private final long incrementLow;
  private long stateHigh;
  private long stateLow;
  private boolean hasHalf;
  private int half;

  /**
   * A generator.
   *
   * @param seed not negative
   */
  Pcg64(long seed) {
    if (seed < 0) {
      throw new IllegalArgumentException("seed " + seed + ", must not be negative");
    }
    long[] words = words(pool((int) seed, (int) (seed >>> 32)));
    incrementHigh = words[2] << 1 | words[3] >>> 63;
    incrementLow = words[3] << 1 | 1;
    advance();
    add(words[0], words[1]);
    advance();
  }

  /** The entropy of a seed of two 32-bit words, spread over the pool. */
  private static int[] pool(int low, int high) {
    int[] pool = {low, high, 0, 0};
    int hash = INIT_A;
    for (int i = 0; i < POOL; i++) {
      pool[i] = hashed(pool[i], hash, hash * MULTIPLIER_A);
      hash *= MULTIPLIER_A;
    }
    for (int from = 0; from < POOL; from++) {
      for (int to = 0; to < POOL; to++) {
        if (from != to) {
          int mixed =
              MIX_LEFT * pool[to] - MIX_RIGHT * hashed(pool[from], hash, hash * MULTIPLIER_A);
          pool[to] = mixed ^ mixed >>> SHIFT;
          hash *= MULTIPLIER_A;
        }
      }
    }
    return pool;
  }

  /** The initial state and the stream, each as a high and a low word. */
  private static long[] words(int[] pool) {
    long[] words = new long[4];
    int hash = INIT_B;
    for (int i = 0; i < 2 * words.length; i++) {
      long value = hashed(pool[i % POOL], hash, hash * MULTIPLIER_B) & LOW_32;
      words[i / 2] |= value << (32 * (i % 2));
      hash *= MULTIPLIER_B;
    }
    return words;
  }

  private static int hashed(int value, int hash, int nextHash) {
    int product = (value ^ hash) * nextHash;
    return product ^ product >>> SHIFT;
  }

  private void advance() {
    long high =
        unsignedMultiplyHigh(stateLow, MULTIPLIER_LOW)
            + stateHigh * MULTIPLIER_LOW
            + stateLow * MULTIPLIER_HIGH;
    stateLow *= MULTIPLIER_LOW;
    stateHigh = high;
    add(incrementHigh, incrementLow);
  }

  private static long unsignedMultiplyHigh(long a, long b) {
    return Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
  }

  private void add(long high, long low) {
    stateLow += low;
    stateHigh += high + (Long.compareUnsigned(stateLow, low) < 0 ? 1 : 0);
  }

  /** The next 32 random bits: of 64 the lower half first. */
  int nextBits() {
    hasHalf = !hasHalf;
    if (!hasHalf) {
      return half;
    }
    advance();
    long bits = Long.rotateRight(stateHigh ^ stateLow, (int) (stateHigh >>> 58));
    half = (int) (bits >>> 32);
    return (int) bits;
  }

  /**
   * A number from 0 to {@code max}, both included, each equally likely: draws as many bits as it
   * has until they are no more than it.
   */
  private int nextUpTo(int max) {
    int mask = -1 >>> Integer.numberOfLeadingZeros(max);
    int value;
    do {
      value = nextBits() & mask;
    } while (value > max);
    return value;
  }

  /** The numbers from 0 to before {@code size} as {@code Generator.permutation} orders them. */
  int[] permutation(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int i = size - 1; i > 0; i--) {
      int j = nextUpTo(i);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}
