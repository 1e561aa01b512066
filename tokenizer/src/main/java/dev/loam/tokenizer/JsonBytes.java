// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.ByteLevel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Steps through the bytes of a JSON text. What is read with {@link #require}, {@link #accept},
 * {@link #readToken} and {@link #readInteger} is sure to be valid; what is stepped over otherwise
 * is not, but valid JSON is stepped over as it is to be.
 */
final class JsonBytes {
  private final byte[] json;
  private int at;

  /** What is not understood here. */
  static final class Unusual extends Exception {
    private static final long serialVersionUID = 1L;

    Unusual() {
      super("not understood here", null, false, false);
    }
  }

  JsonBytes(byte[] json) {
    this.json = json;
  }

  /** How many bytes have been read. */
  int position() {
    return at;
  }

  /** Steps over white space and a character that must follow. */
  void require(char c) throws Unusual {
    if (!accept(c)) {
      throw new Unusual();
    }
  }

  /** Steps over white space, and over a character if it follows. */
  boolean accept(char c) {
    skipSpace();
    boolean there = at < json.length && json[at] == c;
    at += there ? 1 : 0;
    return there;
  }

  private void skipSpace() {
    int i = at;
    while (i < json.length && isSpace(json[i])) {
      i++;
    }
    at = i;
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  /**
   * Reads the rest of a string in the alphabet of {@link ByteLevel}, up to {@code end} and at least
   * one character.
   *
   * @param bytes gets what the characters stand for, from {@code start}
   * @return where the bytes end
   */
  int readToken(char end, byte[] bytes, int start) throws Unusual {
    int size = start;
    int i = at;
    while (i + 1 < json.length && size < bytes.length) {
      int c = json[i++];
      if (c == end) {
        at = i;
        return size > start ? size : fail();
      }
      int b = -1; // as of bytes that no character of the alphabet starts with
      if (c == '\\') {
        b = json[i++];
        b = b == '"' || b == '\\' ? b : -1;
      } else if (c >= 0 && c != '"') {
        b = ByteLevel.byteOf((char) c);
      } else if (c >= (byte) 0xC2 && c < (byte) 0xE0) {
        int next = json[i++];
        b = next < (byte) 0xC0 ? ByteLevel.byteOf((char) (((c & 0x1F) << 6) | (next & 0x3F))) : -1;
      }
      if (b < 0) {
        return fail();
      }
      bytes[size++] = (byte) b;
    }
    return fail();
  }

  /** Reads an integer from 0 to below a limit. */
  int readInteger(int limit) throws Unusual {
    skipSpace();
    int start = at;
    int i = at;
    int value = 0;
    while (i < json.length && json[i] >= '0' && json[i] <= '9' && value < limit) {
      value = 10 * value + (json[i++] - '0');
    }
    at = i;
    boolean valid = i > start && value < limit && (json[start] != '0' || i == start + 1);
    return valid ? value : fail();
  }

  /** Steps to the value of a member of the object at hand. */
  void findMember(String key) throws Unusual {
    byte[] wanted = (key + '"').getBytes(StandardCharsets.US_ASCII);
    while (true) {
      require('"');
      int start = at;
      skipString();
      boolean found = Arrays.equals(json, start, at, wanted, 0, wanted.length);
      require(':');
      if (found) {
        return;
      }
      skipValue();
      require(',');
    }
  }

  /** Steps to the comma or bracket behind the value at hand. */
  private void skipValue() throws Unusual {
    int depth = 0;
    while (true) {
      int c = next();
      switch (c) {
        case '"' -> skipString();
        case '{', '[' -> depth++;
        case '}', ']', ',' -> {
          if (depth == 0) {
            at--;
            return;
          }
          depth -= c == ',' ? 0 : 1;
        }
        default -> {}
      }
    }
  }

  /** Steps behind the end of the string at hand. */
  private void skipString() throws Unusual {
    for (int c = next(); c != '"'; c = next()) {
      if (c == '\\') {
        next();
      }
    }
  }

  private int next() throws Unusual {
    return at < json.length ? json[at++] : fail();
  }

  private static int fail() throws Unusual {
    throw new Unusual();
  }
}
