// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import dev.loam.data.DataFormatException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The content of a file, decompressed where the name ends in {@code .gz}. Compressed data that is
 * damaged or ends too early is a {@link DataFormatException}. For one thread.
 */
public final class InputSource extends FilterInputStream {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final Counter raw;
  private final long size;

  private InputSource(Path file, InputStream content, Counter raw, long size) {
    super(content);
    this.file = file;
    this.raw = raw;
    this.size = size;
  }

  /** Opens a file. */
  public static InputSource open(Path file) throws IOException {
    Counter raw = new Counter(Files.newInputStream(file));
    try {
      long size = Files.size(file);
      return new InputSource(file, isCompressed(file) ? gunzip(file, raw) : raw, raw, size);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** Whether a file is compressed, going by its name. */
  public static boolean isCompressed(Path file) {
    return file.toString().endsWith(".gz");
  }

  private static InputStream gunzip(Path file, InputStream raw) throws IOException {
    try {
      return new GZIPInputStream(new BufferedInputStream(raw, BUFFER), BUFFER);
    } catch (EOFException | ZipException e) {
      throw new DataFormatException(file + ": not a gzip file (" + e.getMessage() + ")", e);
    }
  }

  /** Bytes of the file itself, compressed or not, that have been read. */
  public long bytesRead() {
    return raw.count;
  }

  /** The size of the file itself, compressed or not. */
  public long size() {
    return size;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    try {
      return super.read(to, offset, length);
    } catch (EOFException | ZipException e) {
      throw new DataFormatException(
          "%s, about byte %d: the gzip data is damaged or ends too early (%s); fetch or compress the"
                  .formatted(file, raw.count, e.getMessage())
              + " file again",
          e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? -1 : one[0] & 0xff;
  }

  /** Counts what passes. */
  private static final class Counter extends FilterInputStream {
    private long count;

    Counter(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int read = super.read(to, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
