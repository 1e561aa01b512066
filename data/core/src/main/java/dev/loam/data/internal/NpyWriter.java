// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes {@code .npy} files of version 1.0, byte for byte as {@code numpy.save} does. */
public final class NpyWriter {
  private static final byte[] START = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int ALIGNMENT = 64;

  /** Room that numpy leaves for the first dimension to grow, in digits. */
  private static final int GROWTH = 21;

  private static final int BUFFER = 1 << 16;

  private NpyWriter() {}

  /** Writes one row of all numbers. */
  public static void write(Path file, NpyType type, IndexArray values) throws IOException {
    write(file, type, values, "(" + values.size() + ",)", values.size());
  }

  /** Writes rows of two numbers. */
  public static void writePairs(Path file, NpyType type, IndexArray values) throws IOException {
    long rows = values.size() / 2;
    write(file, type, values, "(" + rows + ", 2)", rows);
  }

  private static void write(
      Path file, NpyType type, IndexArray values, String shape, long firstDimension)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(header(type, shape, firstDimension));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long i = 0; i < values.size(); i++) {
        if (buffer.remaining() < type.bytes()) {
          drain(buffer, channel);
        }
        type.put(buffer, values.get(i));
      }
      drain(buffer, channel);
      channel.force(true);
    }
  }

  static byte[] header(NpyType type, String shape, long firstDimension) {
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type.descr(), shape)
            + " ".repeat(GROWTH - Long.toString(firstDimension).length());
    int before = START.length + Short.BYTES;
    int unpadded = before + text.length() + 1;
    String padded = text + " ".repeat(Math.floorMod(-unpadded, ALIGNMENT)) + "\n";
    return ByteBuffer.allocate(before + padded.length())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(START)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  private static void drain(ByteBuffer buffer, FileChannel channel) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }
}
