// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The alphabet in which byte-level BPE writes its tokens: one printable character for each byte.
 * The printable bytes of Latin-1 stand for themselves, the others in ascending order are U+0100,
 * U+0101 and so on.
 */
public final class ByteLevel {
  private static final char[] CHARS = chars();
  private static final short[] BYTES = bytes();

  private ByteLevel() {}

  /** The character that stands for a byte, given as 0 to 255. */
  public static char charOf(int value) {
    return CHARS[value];
  }

  /** Writes bytes in the alphabet. */
  public static String write(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      out.append(CHARS[b & 0xFF]);
    }
    return out.toString();
  }

  /** The byte that a character of the alphabet stands for, as 0 to 255; -1 for any other. */
  public static int byteOf(char c) {
    return c < BYTES.length ? BYTES[c] : -1;
  }

  /** Whether a token is written in the alphabet. */
  public static boolean isAlphabet(String token) {
    for (int i = 0; i < token.length(); i++) {
      if (byteOf(token.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * The bytes of a token: what it says where it is written in the alphabet, else its own UTF-8, as
   * Hugging Face's decoder does it. This holds for added tokens as well: one that consists of
   * characters of the alphabet only, such as "é", decodes to the bytes these stand for.
   */
  public static byte[] read(String token) {
    if (!isAlphabet(token)) {
      return token.getBytes(StandardCharsets.UTF_8);
    }
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) BYTES[token.charAt(i)];
    }
    return bytes;
  }

  private static char[] chars() {
    char[] chars = new char[256];
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xFF && b != 0xAD);
      chars[b] = printable ? (char) b : next++;
    }
    return chars;
  }

  private static short[] bytes() {
    short[] bytes = new short[CHARS[0xAD] + 1];
    Arrays.fill(bytes, (short) -1);
    for (short b = 0; b < 256; b++) {
      bytes[CHARS[b]] = b;
    }
    return bytes;
  }
}
