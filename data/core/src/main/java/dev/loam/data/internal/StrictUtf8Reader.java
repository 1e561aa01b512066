// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Decodes UTF-8, a byte order mark at the start left out. Other bytes are a {@link
 * dev.loam.data.DataFormatException} naming their offset. For one thread.
 */
public final class StrictUtf8Reader extends Reader {
  private static final int BUFFER = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private final Path file;
  private final InputStream in;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();
  private final CharBuffer chars = CharBuffer.allocate(BUFFER).flip();
  private long offset;
  private long lines = 1;
  private boolean started;
  private boolean atEnd;

  /** Reads from a stream, which it closes. */
  public StrictUtf8Reader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  @Override
  public int read(char[] to, int from, int length) throws IOException {
    while (!chars.hasRemaining()) {
      if (atEnd) {
        return -1;
      }
      decode();
    }
    int count = Math.min(length, chars.remaining());
    chars.get(to, from, count);
    return count;
  }

  private void decode() throws IOException {
    bytes.compact();
    int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
    atEnd = count < 0;
    bytes.position(bytes.position() + Math.max(0, count)).flip();
    chars.clear();
    int before = bytes.position();
    CoderResult result = decoder.decode(bytes, chars, atEnd);
    offset += bytes.position() - before;
    chars.flip();
    countLines();
    if (result.isError()) {
      throw Utf8Lines.illFormed(file, offset, bytes.get(bytes.position()), lines);
    }
    if (!started && chars.hasRemaining()) {
      started = true;
      if (chars.get(chars.position()) == BYTE_ORDER_MARK) {
        chars.get();
      }
    }
  }

  private void countLines() {
    for (int i = chars.position(); i < chars.limit(); i++) {
      lines += chars.get(i) == '\n' ? 1 : 0;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
