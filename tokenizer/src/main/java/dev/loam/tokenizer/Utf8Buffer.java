// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/** Text as UTF-8, in memory that is used again and again. One instance serves one thread. */
final class Utf8Buffer {
  private static final int KEPT = 1 << 20;

  private byte[] bytes = new byte[1 << 10];
  private int length;

  /** The text, from 0 to {@link #length()}, and {@link WordCache#OVERRUN} more bytes at least. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Gives back the memory that an unusually long text needed. */
  void trim() {
    if (bytes.length > KEPT) {
      bytes = new byte[1 << 10];
      length = 0;
    }
  }

  /**
   * Holds a part of a text from now on, with U+FFFD for each surrogate that has no partner in it.
   *
   * @return the largest UTF-16 unit of the part
   */
  char set(String text, int start, int end) {
    reserve(end - start);
    byte[] out = bytes;
    int i = start;
    int n = 0;
    while (i < end && text.charAt(i) < 0x80) {
      out[n++] = (byte) text.charAt(i++);
    }
    length = n;
    return i < end ? append(text, i, end) : 0x7F;
  }

  /** Holds a copy of the bytes from now on, which are well-formed UTF-8. */
  void set(byte[] utf8, int from, int to) {
    length = 0;
    reserve(to - from);
    System.arraycopy(utf8, from, bytes, 0, to - from);
    length = to - from;
  }

  /** Puts a space before the text. */
  void prefixSpace() {
    reserve(length + 1L);
    System.arraycopy(bytes, 0, bytes, 1, length);
    bytes[0] = ' ';
    length++;
  }

  private char append(String text, int start, int end) {
    reserve(length + 3L * (end - start));
    byte[] out = bytes;
    int n = length;
    char largest = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        out[n++] = (byte) c;
        continue;
      }
      largest = c > largest ? c : largest;
      if (c < 0x800) {
        out[n++] = (byte) (0xC0 | c >> 6);
      } else if (!Character.isSurrogate(c)) {
        out[n++] = (byte) (0xE0 | c >> 12);
        out[n++] = (byte) (0x80 | ((c >> 6) & 0x3F));
      } else {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < end
                && Character.isLowSurrogate(text.charAt(i + 1));
        int codePoint = pair ? Character.toCodePoint(c, text.charAt(++i)) : 0xFFFD;
        if (pair) {
          out[n++] = (byte) (0xF0 | codePoint >> 18);
          out[n++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
        } else {
          out[n++] = (byte) (0xE0 | codePoint >> 12);
        }
        out[n++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
        c = (char) codePoint;
      }
      out[n++] = (byte) (0x80 | (c & 0x3F));
    }
    length = n;
    return largest;
  }

  private void reserve(long size) {
    long needed = size + WordCache.OVERRUN;
    if (needed > bytes.length) {
      if (needed > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "a text of " + size + " bytes at once is too long to encode; split it");
      }
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, KEPT)));
    }
  }
}
