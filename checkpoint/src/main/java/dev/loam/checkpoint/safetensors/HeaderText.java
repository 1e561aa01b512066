// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Checks that a header is UTF-8 text before anything interprets it. JSON allows no control
 * characters but white space, and a parser that guesses encodings must not see any.
 */
final class HeaderText {
  private static final int BLOCK = 64 * 1024;
  private static final int LONGEST_CHARACTER = 4;
  private static final String REMEDY = "the file is damaged or not safetensors: copy it again";

  private HeaderText() {}

  /** Returns the position after the last byte that is not a trailing space. */
  static long check(InputFile file, long begin, long end) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    int block = (int) Math.min(BLOCK, end - begin);
    ByteBuffer bytes = ByteBuffer.allocate(block + LONGEST_CHARACTER);
    CharBuffer chars = CharBuffer.allocate(bytes.capacity());
    long contentEnd = begin;
    for (long at = begin; at < end; ) {
      bytes.limit((int) Math.min(bytes.capacity(), bytes.position() + end - at));
      int fresh = bytes.position();
      file.read(bytes, at);
      contentEnd = Math.max(contentEnd, contentEnd(file, bytes, fresh, at));
      at += bytes.position() - fresh;
      bytes.flip();
      CoderResult result = decoder.decode(bytes, chars.clear(), at == end);
      if (result.isError()) {
        throw new SafetensorsException(
            file.path(), "the header is not UTF-8 at byte " + (at - bytes.remaining()), REMEDY);
      }
      bytes.compact();
    }
    return contentEnd;
  }

  private static long contentEnd(InputFile file, ByteBuffer bytes, int from, long at) {
    long end = 0;
    for (int i = from; i < bytes.position(); i++) {
      byte b = bytes.get(i);
      if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r') {
        throw new SafetensorsException(
            file.path(),
            "the header has the control character " + b + " at byte " + (at + i - from),
            REMEDY);
      }
      if (b != ' ') {
        end = at + i - from + 1;
      }
    }
    return end;
  }
}
