// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Cuts a file into blocks of whole lines without looking into them, so that one thread can feed
 * many. A line is as long as a quarter of a gigabyte at most, less where there is little heap. For
 * one thread.
 */
public final class LineBlocks implements AutoCloseable {
  private static final int MAX_LINE = 1 << 28;
  private static final int LINES_IN_HEAP = 8;

  private final Path file;
  private final InputSource in;
  private final int blockSize;
  private final int limit;
  private byte[] rest = new byte[0];
  private long offset;
  private boolean atEnd;

  /**
   * Some whole lines, the last of the file perhaps without a line end.
   *
   * @param bytes of which the first {@code length} count; the receiver owns them
   * @param length in bytes, never 0
   * @param offset of the first byte in the content of the file
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
  public record Block(byte[] bytes, int length, long offset) {}

  /**
   * Opens a file, decompressed where its name ends in {@code .gz}.
   *
   * @param blockSize bytes of a block, except where a line is longer
   */
  public LineBlocks(Path file, int blockSize) throws IOException {
    this(file, blockSize, (int) Math.min(MAX_LINE, maxHeap() / LINES_IN_HEAP));
  }

  LineBlocks(Path file, int blockSize, int limit) throws IOException {
    this.file = file;
    this.blockSize = blockSize;
    this.limit = limit;
    this.in = InputSource.open(file);
  }

  private static long maxHeap() {
    return Runtime.getRuntime().maxMemory();
  }

  /** The next block, or nothing at the end of the file. */
  public Optional<Block> next() throws IOException {
    byte[] bytes = Arrays.copyOf(rest, Math.max(blockSize, 2 * rest.length));
    int length = rest.length;
    int end = 0;
    while (end == 0 && !atEnd) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, grown(length));
      }
      int from = length;
      length = fill(bytes, length);
      end = atEnd ? length : lastLineEnd(bytes, Math.max(0, from - 1), length);
    }
    if (atEnd) {
      end = length;
    }
    rest = Arrays.copyOfRange(bytes, end, length);
    Block block = new Block(bytes, end, offset);
    offset += end;
    return end == 0 ? Optional.empty() : Optional.of(block);
  }

  private int grown(int length) {
    if (length >= limit) {
      throw DataFormatException.atOffset(
          file,
          offset,
          "a line longer than %d MiB; break it up, or give Java more memory (-Xmx)"
              .formatted(limit >> 20));
    }
    return (int) Math.min(limit, 2L * length);
  }

  private int fill(byte[] bytes, int from) throws IOException {
    int length = from;
    while (length < bytes.length) {
      int count = in.read(bytes, length, bytes.length - length);
      if (count < 0) {
        atEnd = true;
        break;
      }
      length += count;
    }
    return length;
  }

  /** Where the last line that ends for certain does; a CR at the very end may belong to CR LF. */
  private static int lastLineEnd(byte[] bytes, int from, int length) {
    for (int i = length - 1; i >= from; i--) {
      if (bytes[i] == '\n' || (bytes[i] == '\r' && i + 1 < length)) {
        return i + 1;
      }
    }
    return 0;
  }

  /** Bytes of the file itself, compressed or not, that have been read. */
  public long bytesRead() {
    return in.bytesRead();
  }

  /** The size of the file itself, compressed or not. */
  public long size() {
    return in.size();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
