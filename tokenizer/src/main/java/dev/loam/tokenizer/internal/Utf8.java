// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads UTF-8 in arrays. */
public final class Utf8 {
  private static final int FIRST_COMBINING = 0x300;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /** The first byte that begins no well-formed character; {@code to} if there is none. */
  public static int firstMalformed(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      if (bytes[i] >= 0) {
        i++;
        continue;
      }
      int length = length(bytes, i, to);
      if (length == 0) {
        return i;
      }
      i += length;
    }
    return to;
  }

  /** The first byte that is not ASCII; {@code to} if there is none. */
  public static int afterAscii(byte[] bytes, int from, int to) {
    int i = from;
    while (i + Long.BYTES <= to && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
      i += Long.BYTES;
    }
    while (i < to && bytes[i] >= 0) {
      i++;
    }
    return i;
  }

  /** The first byte of that value; {@code to} if there is none. */
  public static int find(byte value, byte[] bytes, int from, int to) {
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      // The lowest high bit that is set is that of the first byte without a difference.
      long difference = (long) LONGS.get(bytes, i) ^ ((value & 0xFF) * ONES);
      long zeros = (difference - ONES) & ~difference & HIGH_BITS;
      if (zeros != 0) {
        return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
      }
    }
    while (i < to && bytes[i] != value) {
      i++;
    }
    return i;
  }

  /** The length of the well-formed character at {@code i}, 0 if there is none. */
  public static int length(byte[] bytes, int i, int to) {
    int first = bytes[i] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || to - i < length) {
      return 0;
    }
    int second = bytes[i + 1] & 0xFF;
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80; // no overlong forms
    int most =
        first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF; // no surrogates, no more than 10FFFF
    if (second < least || second > most) {
      return 0;
    }
    for (int k = 2; k < length; k++) {
      if (!isContinuation(bytes[i + k])) {
        return 0;
      }
    }
    return length;
  }

  /** The well-formed character at {@code i}. */
  public static int codePoint(byte[] bytes, int i) {
    int first = bytes[i];
    if (first >= 0) {
      return first;
    } else if (first < (byte) 0xE0) {
      return ((first & 0x1F) << 6) | (bytes[i + 1] & 0x3F);
    } else if (first < (byte) 0xF0) {
      return ((first & 0xF) << 12) | ((bytes[i + 1] & 0x3F) << 6) | (bytes[i + 2] & 0x3F);
    }
    return ((first & 7) << 18)
        | ((bytes[i + 1] & 0x3F) << 12)
        | ((bytes[i + 2] & 0x3F) << 6)
        | (bytes[i + 3] & 0x3F);
  }

  public static boolean isContinuation(byte b) {
    return b < (byte) 0xC0;
  }

  /**
   * Whether normalization to form C leaves well-formed text as it is, whatever surrounds it. Says
   * no for much text that would stay as well.
   */
  public static boolean isInert(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if ((bytes[i] & 0xFF) >= 0xCC && !isInert(codePoint(bytes, i))) {
        return false; // below U+0300, where 0xCC begins, everything is composed already
      }
    }
    return true;
  }

  /** Whether a character before an inert one stays a single character, or becomes part of one. */
  public static boolean keepsClass(int c) {
    return c < FIRST_COMBINING || isInert(c);
  }

  /**
   * Whether a character is in form C, starts a combining sequence, and combines with nothing before
   * it: ASCII, the punctuation and ideographs of Chinese and Japanese, full width characters.
   */
  public static boolean isInert(int c) {
    return c < 0x80
        || (c >= 0x2010 && c <= 0x2027)
        || (c >= 0x3001 && c <= 0x3020)
        || (c >= 0x3400 && c <= 0x4DBF)
        || (c >= 0x4E00 && c <= 0x9FA5)
        || (c >= 0xFF01 && c <= 0xFF60);
  }
}
