// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The lines of a UTF-8 file. Lines end at LF, CR LF or CR and at nothing else. Bytes that are not
 * UTF-8 are an error naming their offset. A file whose name ends in {@code .gz} is decompressed,
 * offsets being those of the content. For one thread.
 */
public final class Utf8Lines implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final int MAX_LINE = 1 << 30;

  /**
   * One line.
   *
   * @param text the line without its end
   * @param terminated whether it ended in a line end rather than at the end of the file
   * @param number the number of the line, from 1
   */
  public record Line(String text, boolean terminated, long number) {}

  private final Path file;
  private final InputStream in;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final byte[] buffer = new byte[BUFFER];
  private int bufferPosition;
  private int bufferLimit;
  private byte[] line = new byte[BUFFER];
  private int lineLength;
  private long lineStart;
  private long nextStart;
  private long number;
  private boolean skipLineFeed;

  /** Opens a file. */
  public Utf8Lines(Path file) throws IOException {
    this.file = file;
    this.in = open(file);
  }

  private static InputStream open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    if (!file.toString().endsWith(".gz")) {
      return raw;
    }
    try {
      return new GZIPInputStream(raw, BUFFER);
    } catch (IOException e) {
      raw.close();
      throw new DataFormatException(file + ": not a gzip file (" + e.getMessage() + ")", e);
    }
  }

  /** The next line, or nothing at the end of the file. */
  public Optional<Line> next() throws IOException {
    if (skipLineFeed && fill() && buffer[bufferPosition] == '\n') {
      bufferPosition++;
      nextStart++;
    }
    skipLineFeed = false;
    lineLength = 0;
    lineStart = nextStart;
    while (fill()) {
      int end = lineEnd();
      append(end);
      if (end < bufferLimit) {
        skipLineFeed = buffer[end] == '\r';
        bufferPosition = end + 1;
        nextStart = lineStart + lineLength + 1;
        return Optional.of(new Line(decode(), true, ++number));
      }
      bufferPosition = end;
    }
    nextStart = lineStart + lineLength;
    return lineLength == 0 ? Optional.empty() : Optional.of(new Line(decode(), false, ++number));
  }

  /** Whether there are bytes in the buffer, after reading more if there were none. */
  private boolean fill() throws IOException {
    if (bufferPosition == bufferLimit) {
      bufferPosition = 0;
      bufferLimit = Math.max(0, in.read(buffer));
    }
    return bufferLimit > 0;
  }

  private int lineEnd() {
    int i = bufferPosition;
    while (i < bufferLimit && buffer[i] != '\n' && buffer[i] != '\r') {
      i++;
    }
    return i;
  }

  private void append(int end) {
    int count = end - bufferPosition;
    if (lineLength > MAX_LINE - count) {
      throw DataFormatException.atOffset(file, lineStart, "a line longer than 1 GiB");
    }
    if (lineLength + count > line.length) {
      long doubled = Math.max(2L * line.length, lineLength + (long) count);
      line = Arrays.copyOf(line, (int) Math.min(doubled, MAX_LINE));
    }
    System.arraycopy(buffer, bufferPosition, line, lineLength, count);
    lineLength += count;
  }

  private String decode() {
    ByteBuffer bytes = ByteBuffer.wrap(line, 0, lineLength);
    CharBuffer chars = CharBuffer.allocate(lineLength);
    CoderResult result = decoder.reset().decode(bytes, chars, true);
    if (result.isError()) {
      throw DataFormatException.atOffset(
          file,
          lineStart + bytes.position(),
          "0x%02x begins no UTF-8 character (line %d); convert the file to UTF-8"
              .formatted(line[bytes.position()] & 0xff, number + 1));
    }
    return chars.flip().toString();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
