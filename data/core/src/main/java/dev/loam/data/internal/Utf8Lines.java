// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The lines of a UTF-8 file. Lines end at LF, CR LF or CR and at nothing else. Bytes that are not
 * UTF-8 are an error naming their offset. A file whose name ends in {@code .gz} is decompressed,
 * offsets being those of the content. A byte order mark is text. For one thread.
 */
public final class Utf8Lines implements AutoCloseable {
  private static final int BLOCK = 1 << 16;

  /**
   * One line.
   *
   * @param text the line without its end
   * @param end the line end, empty where the file ended instead
   * @param number the number of the line, from 1
   */
  public record Line(String text, String end, long number) {
    /** Whether it ended in a line end rather than at the end of the file. */
    public boolean terminated() {
      return !end.isEmpty();
    }
  }

  private final Path file;
  private final LineBlocks blocks;
  private LineBlocks.Block block = new LineBlocks.Block(new byte[0], 0, 0);
  private BlockLines lines = new BlockLines(block);
  private long number;

  /** Opens a file. */
  public Utf8Lines(Path file) throws IOException {
    this.file = file;
    this.blocks = new LineBlocks(file, BLOCK);
  }

  /** The next line, or nothing at the end of the file. */
  public Optional<Line> next() throws IOException {
    while (!lines.next()) {
      Optional<LineBlocks.Block> next = blocks.next();
      if (next.isEmpty()) {
        return Optional.empty();
      }
      block = next.get();
      lines = new BlockLines(block);
    }
    number++;
    return Optional.of(new Line(decode(), lines.end(), number));
  }

  private String decode() {
    byte[] bytes = block.bytes();
    int bad = Utf8.firstIllFormed(bytes, lines.from(), lines.to());
    if (bad >= 0) {
      throw illFormed(file, block.offset() + bad, bytes[bad], number);
    }
    return new String(bytes, lines.from(), lines.to() - lines.from(), StandardCharsets.UTF_8);
  }

  /** Says that a byte of a file does not belong to UTF-8. */
  public static DataFormatException illFormed(Path file, long offset, byte value, long line) {
    return DataFormatException.atOffset(
        file,
        offset,
        "0x%02x begins no UTF-8 character (line %d); convert the file to UTF-8"
            .formatted(value & 0xff, line));
  }

  /** Bytes of the file itself, compressed or not, that have been read. */
  public long bytesRead() {
    return blocks.bytesRead();
  }

  /** The size of the file itself, compressed or not. */
  public long size() {
    return blocks.size();
  }

  @Override
  public void close() throws IOException {
    blocks.close();
  }
}
