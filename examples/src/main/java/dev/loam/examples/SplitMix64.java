// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

/** The SplitMix64 generator: a counter, mixed. The same seed gives the same numbers everywhere. */
final class SplitMix64 {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long counter;

  SplitMix64(long seed) {
    counter = seed;
  }

  private long next() {
    counter += GAMMA;
    long z = counter;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A number from 0 to {@code bound - 1}. */
  int below(int bound) {
    return (int) Long.remainderUnsigned(next(), bound);
  }
}
