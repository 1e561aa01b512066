// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;

/**
 * Records by number, in a file of its own in Java's temporary folder that is gone when this is
 * closed: any record can be had at once, whatever format it came in, and of each there are only
 * eight bytes in memory. Written by one thread and then read by any number. Interrupting a reading
 * thread closes it.
 */
final class RecordSpool implements AutoCloseable {
  private static final int MAX_RECORDS = Integer.MAX_VALUE - 8;
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final OutputStream out;
  private final RecordCodec codec = new RecordCodec();
  private long[] ends = new long[64];
  private int size;

  RecordSpool() {
    try {
      file = Files.createTempFile("loam-records-", ".tmp");
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
    } catch (IOException e) {
      throw noRoom(e);
    }
    out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
  }

  private static UncheckedIOException noRoom(IOException cause) {
    return new UncheckedIOException(
        new IOException(
            "records cannot be kept in the temporary folder "
                + System.getProperty("java.io.tmpdir")
                + " ("
                + cause.getMessage()
                + "); name one with more room as -Djava.io.tmpdir=FOLDER in the options of Java",
            cause));
  }

  int size() {
    return size;
  }

  /** Keeps a record, whose number is the size before. */
  void add(DataRecord record) {
    if (size == MAX_RECORDS) {
      throw new DataFormatException(
          record.place() + ": more than " + MAX_RECORDS + " records; split the data");
    }
    byte[] bytes = codec.encode(record);
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, (int) Math.min(2L * size, MAX_RECORDS));
    }
    ends[size] = start(size) + bytes.length;
    size++;
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw noRoom(e);
    }
  }

  /** Makes what was added readable. */
  void finish() {
    try {
      out.flush();
    } catch (IOException e) {
      throw noRoom(e);
    }
  }

  private long start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  DataRecord get(int index) {
    Objects.checkIndex(index, size);
    long start = start(index);
    ByteBuffer bytes = ByteBuffer.allocate((int) (ends[index] - start));
    try {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, start + bytes.position()) < 0) {
          throw new IOException(file + " was cut short by somebody else");
        }
      }
    } catch (ClosedChannelException e) {
      throw new IllegalStateException("the records are closed", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return codec.decode(bytes.array());
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
