// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** Part of a file as a stream, read through one small block. */
final class HeaderStream extends InputStream {
  private static final int BLOCK = 64 * 1024;

  private final InputFile file;
  private final ByteBuffer block;
  private final long end;
  private long next;

  HeaderStream(InputFile file, long begin, long end) {
    this.file = file;
    this.next = begin;
    this.end = end;
    this.block = ByteBuffer.allocate((int) Math.min(BLOCK, end - begin));
    block.limit(0);
  }

  @Override
  public int read() {
    return fill() ? block.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] destination, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, block.remaining());
    block.get(destination, offset, n);
    return n;
  }

  private boolean fill() {
    if (block.hasRemaining()) {
      return true;
    }
    if (next == end) {
      return false;
    }
    block.clear().limit((int) Math.min(block.capacity(), end - next));
    file.read(block, next);
    next += block.position();
    block.flip();
    return true;
  }
}
