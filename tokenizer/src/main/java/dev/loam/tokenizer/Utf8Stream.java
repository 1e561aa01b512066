// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/**
 * UTF-8 that comes in parts, as text. Text that ends in U+FFFD is held back, be it that the bytes
 * of a character are still to come or that they were never going to. Takes time in proportion to
 * the bytes, however long nothing can be given out.
 */
final class Utf8Stream {
  private static final char REPLACEMENT = '\uFFFD';

  /** Held-back text. */
  private final StringBuilder text = new StringBuilder();

  /** The bytes behind the text: the start of a character, or none. */
  private byte[] tail = new byte[64];

  private int length;

  /** Room for bytes to add; they become part of the stream with {@link #next}. */
  byte[] reserve(int bytes) {
    if (length + bytes > tail.length) {
      tail = Arrays.copyOf(tail, Math.max(length + bytes, 2 * tail.length));
    }
    return tail;
  }

  /** Where in {@link #reserve} the added bytes start. */
  int end() {
    return length;
  }

  /** Takes bytes in and gives out the text so far, unless it is held back. */
  String next(int bytes) {
    if (bytes == 0) {
      return "";
    }
    int end = length + bytes;
    int start = end - incomplete(end);
    text.append(TokenDecoder.text(tail, 0, start));
    System.arraycopy(tail, start, tail, 0, end - start);
    length = end - start;
    boolean heldBack = length > 0 || text.charAt(text.length() - 1) == REPLACEMENT;
    return heldBack ? "" : take();
  }

  /** The text that is held back; the start of a character is U+FFFD. */
  String flush() {
    text.append(TokenDecoder.text(tail, 0, length));
    length = 0;
    return take();
  }

  private String take() {
    String taken = text.toString();
    text.setLength(0);
    if (text.capacity() > 1024) {
      text.trimToSize();
    }
    return taken;
  }

  /** How many bytes at the end are the start of a character of which bytes are still to come. */
  private int incomplete(int end) {
    for (int back = 1; back <= Math.min(3, end); back++) {
      int lead = tail[end - back] & 0xFF;
      if ((lead & 0xC0) != 0x80) {
        int wanted = lead < 0xC2 || lead > 0xF4 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        return back < wanted && (back == 1 || isSecond(lead, tail[end - back + 1] & 0xFF))
            ? back
            : 0;
      }
    }
    return 0;
  }

  /** Whether a byte may be the second of the character that a lead byte starts. */
  private static boolean isSecond(int lead, int second) {
    return switch (lead) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second < 0xA0;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second < 0x90;
      default -> true;
    };
  }
}
