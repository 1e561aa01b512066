// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.Reduction;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Known values, other ones for each member, of magnitudes so different that the order of a sum
 * shows in its bits. They repeat after a prime number of elements, so that no chunk or piece looks
 * like another. Kept as raw bits.
 */
final class Pattern {
  static final int PERIOD = 10007;
  private static final int WINDOW = 1 << 20;

  private final DType dtype;
  private final long[] bits;

  private Pattern(DType dtype, long[] bits) {
    this.dtype = dtype;
    this.bits = bits;
  }

  /** A member's own values. */
  static Pattern of(DType dtype, int member) {
    long[] bits = new long[PERIOD];
    for (int i = 0; i < PERIOD; i++) {
      bits[i] = awkward(dtype, mix(member * 1_000_003L + i));
    }
    return new Pattern(dtype, bits);
  }

  /** The same value everywhere. */
  static Pattern constant(DType dtype, double value) {
    long[] bits = new long[PERIOD];
    Arrays.fill(bits, TypedBits.of(dtype, value));
    return new Pattern(dtype, bits);
  }

  /** The values of members combined as the tree that ProcessGroup states. */
  static Pattern reduced(Reduction reduction, Pattern... members) {
    long[] bits = new long[PERIOD];
    for (int i = 0; i < PERIOD; i++) {
      bits[i] = tree(reduction, members, 0, members.length, i);
    }
    return new Pattern(members[0].dtype, bits);
  }

  private static long tree(Reduction reduction, Pattern[] members, int from, int to, int i) {
    if (to == from + 1) {
      return members[from].bits[i];
    }
    int half = from + (to - from) / 2;
    return TypedBits.combine(
        members[from].dtype,
        reduction,
        tree(reduction, members, from, half, i),
        tree(reduction, members, half, to, i));
  }

  /** The values summed from the first member to the last. */
  static Pattern summedInARow(Pattern... members) {
    long[] bits = members[0].bits.clone();
    for (int m = 1; m < members.length; m++) {
      for (int i = 0; i < PERIOD; i++) {
        bits[i] = TypedBits.combine(members[0].dtype, Reduction.SUM, bits[i], members[m].bits[i]);
      }
    }
    return new Pattern(members[0].dtype, bits);
  }

  boolean sameBits(Pattern other) {
    return Arrays.equals(bits, other.bits);
  }

  /** Fills a contiguous tensor with the values from {@code first} on. */
  void fill(Tensor tensor, long first) {
    for (long start = 0; start < tensor.elements(); start += WINDOW) {
      int n = (int) Math.min(WINDOW, tensor.elements() - start);
      ByteBuffer window = tensor.window(start, n);
      int at = (int) ((first + start) % PERIOD);
      for (int i = 0; i < n; i++) {
        TypedBits.put(dtype, window, i, bits[at]);
        at = at + 1 == PERIOD ? 0 : at + 1;
      }
    }
  }

  /** Fails unless a contiguous tensor has the values from {@code first} on, to the bit. */
  void require(Tensor tensor, long first, String what) {
    for (long start = 0; start < tensor.elements(); start += WINDOW) {
      int n = (int) Math.min(WINDOW, tensor.elements() - start);
      ByteBuffer window = tensor.window(start, n);
      int at = (int) ((first + start) % PERIOD);
      for (int i = 0; i < n; i++) {
        long found = TypedBits.get(dtype, window, i);
        if (found != bits[at]) {
          throw new AssertionError(
              what
                  + ": element "
                  + (start + i)
                  + " of "
                  + tensor
                  + " is "
                  + TypedBits.toString(dtype, found)
                  + ", not "
                  + TypedBits.toString(dtype, bits[at]));
        }
        at = at + 1 == PERIOD ? 0 : at + 1;
      }
    }
  }

  /** Between 2^-12 and 2^13 for floating-point types, all bits random for integers. */
  private static long awkward(DType dtype, long random) {
    if (!dtype.isFloating()) {
      return random;
    }
    double fraction = 1 + (random >>> 12) * 0x1p-52;
    double magnitude = Math.scalb(fraction, (int) (random & 0xff) % 25 - 12);
    return TypedBits.of(dtype, (random & 0x100) == 0 ? magnitude : -magnitude);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
  private static long mix(long seed) {
    long z = seed * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
