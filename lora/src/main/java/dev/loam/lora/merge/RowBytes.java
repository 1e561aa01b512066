// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

/**
 * A row of whole numbers as bytes that compress well: those next to zero have small codes whatever
 * their sign, and of all codes the lowest bytes come first, then the next.
 */
final class RowBytes {
  private RowBytes() {}

  /** Writes a row. */
  static byte[] encode(int[] numbers, int bytesEach) {
    byte[] bytes = new byte[numbers.length * bytesEach];
    int unused = Integer.SIZE - Byte.SIZE * bytesEach;
    for (int i = 0; i < numbers.length; i++) {
      int number = (numbers[i] << unused) >> unused;
      int code = (number << 1) ^ (number >> (Integer.SIZE - 1));
      for (int b = 0; b < bytesEach; b++) {
        bytes[b * numbers.length + i] = (byte) (code >>> (Byte.SIZE * b));
      }
    }
    return bytes;
  }

  /** Reads a row of so many numbers. */
  static int[] decode(byte[] bytes, int bytesEach) {
    int[] numbers = new int[bytes.length / bytesEach];
    for (int i = 0; i < numbers.length; i++) {
      int code = 0;
      for (int b = 0; b < bytesEach; b++) {
        code |= (bytes[b * numbers.length + i] & 0xff) << (Byte.SIZE * b);
      }
      numbers[i] = (code >>> 1) ^ -(code & 1);
    }
    return numbers;
  }
}
