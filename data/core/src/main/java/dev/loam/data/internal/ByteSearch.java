// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Searches bytes eight at a time, by arithmetic on longs. */
public final class ByteSearch {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final byte SPACE = 0x20;

  private ByteSearch() {}

  /** The first LF or CR, or {@code to} if there is none. */
  public static int lineEnd(byte[] bytes, int from, int to) {
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, i);
      long found = equal(eight, '\n') | equal(eight, '\r');
      if (found != 0) {
        return i + first(found);
      }
    }
    while (i < to && bytes[i] != '\n' && bytes[i] != '\r') {
      i++;
    }
    return i;
  }

  /** The first quote, backslash or ASCII control character, or {@code to} if there is none. */
  public static int quoteBackslashOrControl(byte[] bytes, int from, int to) {
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      long eight = (long) LONGS.get(bytes, i);
      long controls = (eight - SPACE * ONES) & ~eight & HIGH_BITS;
      long found = equal(eight, '"') | equal(eight, '\\') | controls;
      if (found != 0) {
        return i + first(found);
      }
    }
    while (i < to && bytes[i] != '"' && bytes[i] != '\\' && !(bytes[i] >= 0 && bytes[i] < SPACE)) {
      i++;
    }
    return i;
  }

  /** The high bit of the first byte that is equal; those of bytes behind it mean nothing. */
  private static long equal(long eight, char sign) {
    long zeros = eight ^ (sign * ONES);
    return (zeros - ONES) & ~zeros & HIGH_BITS;
  }

  private static int first(long highBits) {
    return Long.numberOfTrailingZeros(highBits) / Byte.SIZE;
  }
}
