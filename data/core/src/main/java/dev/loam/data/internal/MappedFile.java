// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of any size, mapped into memory read-only, little-endian. It is mapped in windows, each a
 * little longer than the distance to the next, so that no value of up to eight bytes is ever cut in
 * two. Safe for use by several threads.
 */
public final class MappedFile implements AutoCloseable {
  /** Distance between windows. */
  public static final int WINDOW = 1 << 30;

  private static final int OVERLAP = Long.BYTES;

  /**
   * One mapping.
   *
   * @param ints the same bytes as whole ints from the first on
   */
  private record Window(ByteBuffer bytes, IntBuffer ints) {}

  private final Path file;
  private final long size;
  private final int distance;
  private volatile Window[] windows;

  private MappedFile(Path file, long size, int distance, Window[] windows) {
    this.file = file;
    this.size = size;
    this.distance = distance;
    this.windows = windows;
  }

  /** Maps a file. */
  public static MappedFile open(Path file) throws IOException {
    return open(file, WINDOW);
  }

  /** Maps a file in windows that begin so many bytes apart. */
  public static MappedFile open(Path file, int distance) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      Window[] windows = new Window[Math.toIntExact((size + distance - 1) / distance)];
      for (int i = 0; i < windows.length; i++) {
        long start = (long) i * distance;
        long length = Math.min((long) distance + OVERLAP, size - start);
        ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, start, length);
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        windows[i] = new Window(bytes, bytes.asIntBuffer());
      }
      return new MappedFile(file, size, distance, windows);
    }
  }

  /** What is mapped. */
  public Path file() {
    return file;
  }

  /** Its size in bytes. */
  public long size() {
    return size;
  }

  /** The four bytes at a position. */
  public int intAt(long position) {
    return window(position).bytes.getInt((int) (position % distance));
  }

  /** The eight bytes at a position. */
  public long longAt(long position) {
    return window(position).bytes.getLong((int) (position % distance));
  }

  /** The two bytes at a position. */
  public short shortAt(long position) {
    return window(position).bytes.getShort((int) (position % distance));
  }

  /** The byte at a position. */
  public byte byteAt(long position) {
    return window(position).bytes.get((int) (position % distance));
  }

  /** Copies values of four bytes, without making garbage where they are aligned. */
  public void ints(long position, int[] target, int at, int count) {
    boolean aligned = position % Integer.BYTES == 0 && distance % Integer.BYTES == 0;
    int done = 0;
    while (done < count) {
      long from = position + (long) Integer.BYTES * done;
      int values;
      if (aligned) {
        int first = (int) (from % distance) / Integer.BYTES;
        values = Math.min(count - done, distance / Integer.BYTES - first);
        window(from).ints.get(first, target, at + done, values);
      } else {
        IntBuffer part =
            slice(from, (long) Integer.BYTES * (count - done), Integer.BYTES).asIntBuffer();
        values = part.remaining();
        part.get(target, at + done, values);
      }
      done += values;
    }
  }

  /** Copies values of two bytes without a sign. */
  public void unsignedShorts(long position, int[] target, int at, int count) {
    int done = 0;
    while (done < count) {
      long from = position + (long) Short.BYTES * done;
      ByteBuffer bytes = window(from).bytes;
      int first = (int) (from % distance);
      int values = Math.min(count - done, (distance - first + 1) / Short.BYTES);
      for (int i = 0; i < values; i++) {
        target[at + done + i] = bytes.getShort(first + Short.BYTES * i) & 0xffff;
      }
      done += values;
    }
  }

  /** Copies values of eight bytes. */
  public void longs(long position, long[] target, int at, int count) {
    int done = 0;
    while (done < count) {
      ByteBuffer part =
          slice(
              position + (long) Long.BYTES * done, (long) Long.BYTES * (count - done), Long.BYTES);
      int values = part.remaining() / Long.BYTES;
      part.asLongBuffer().get(target, at + done, values);
      done += values;
    }
  }

  /**
   * Bytes from a position on, at most {@code limit}: as many whole values of {@code unit} bytes as
   * begin in one window.
   */
  public ByteBuffer slice(long position, long limit, int unit) {
    int from = (int) (position % distance);
    long values = (distance - from + unit - 1L) / unit;
    int length = (int) Math.min(values * unit, limit);
    return window(position).bytes.slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Window window(long position) {
    Window[] open = windows;
    if (open.length == 0 && size > 0) {
      throw new IllegalStateException(file + " is closed");
    }
    return open[(int) (position / distance)];
  }

  @Override
  public void close() {
    windows = new Window[0];
  }
}
