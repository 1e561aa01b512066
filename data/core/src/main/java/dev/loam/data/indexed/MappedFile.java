// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of any size, mapped into memory read-only, little-endian. It is mapped in windows, each a
 * little longer than the distance to the next, so that no value of up to eight bytes is ever cut in
 * two. Safe for use by several threads.
 */
final class MappedFile implements AutoCloseable {
  /** Distance between windows. */
  static final int WINDOW = 1 << 30;

  private static final int OVERLAP = Long.BYTES;

  private final Path file;
  private final long size;
  private final int window;
  private volatile ByteBuffer[] windows;

  private MappedFile(Path file, long size, int window, ByteBuffer[] windows) {
    this.file = file;
    this.size = size;
    this.window = window;
    this.windows = windows;
  }

  static MappedFile open(Path file, int window) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      ByteBuffer[] windows = new ByteBuffer[Math.toIntExact((size + window - 1) / window)];
      for (int i = 0; i < windows.length; i++) {
        long start = (long) i * window;
        long length = Math.min((long) window + OVERLAP, size - start);
        windows[i] = channel.map(FileChannel.MapMode.READ_ONLY, start, length);
        windows[i].order(ByteOrder.LITTLE_ENDIAN);
      }
      return new MappedFile(file, size, window, windows);
    }
  }

  Path file() {
    return file;
  }

  long size() {
    return size;
  }

  int intAt(long position) {
    return window(position).getInt((int) (position % window));
  }

  long longAt(long position) {
    return window(position).getLong((int) (position % window));
  }

  byte byteAt(long position) {
    return window(position).get((int) (position % window));
  }

  /**
   * Bytes from a position on, at most {@code limit}: as many whole values of {@code unit} bytes as
   * begin in one window.
   */
  ByteBuffer slice(long position, long limit, int unit) {
    int from = (int) (position % window);
    long values = (window - from + unit - 1L) / unit;
    int length = (int) Math.min(values * unit, limit);
    return window(position).slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer window(long position) {
    ByteBuffer[] open = windows;
    if (open.length == 0 && size > 0) {
      throw new IllegalStateException(file + " is closed");
    }
    return open[(int) (position / window)];
  }

  @Override
  public void close() {
    windows = new ByteBuffer[0];
  }
}
