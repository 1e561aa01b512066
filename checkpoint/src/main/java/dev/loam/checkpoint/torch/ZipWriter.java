// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.AtomicFile;
import dev.loam.checkpoint.safetensors.ByteSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Writes a zip archive of stored entries whose data begins at multiples of 64 bytes. An entry's
 * size is known before its data, its checksum is put into its header afterwards. Always ends with
 * 64-bit records, as archives of torch do; field positions are those of PKWARE's APPNOTE, section
 * 4.3.
 */
final class ZipWriter {
  /** What does not fit a 32-bit field. */
  static final long LARGE = 0xffff_ffffL;

  private static final int ALIGNMENT = 64;
  private static final int ENTRY = 0x04034b50;
  private static final int ENTRY_BYTES = 30;
  private static final int CHECKSUM = 14;
  private static final int HEADER = 0x02014b50;
  private static final int HEADER_BYTES = 46;
  private static final int END64 = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int EXTRA_BYTES = 4;
  private static final short EXTRA64 = 1;
  private static final short PADDING = 0x4246;
  private static final short VERSION = 45;
  private static final short UTF_8 = 1 << 11;
  private static final short FIRST_OF_JANUARY_1980 = 1 << 5 | 1;

  private final FileChannel channel;
  private final long large;
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private int entries;

  /** Gives the bytes of an entry. */
  @FunctionalInterface
  interface Contents {
    void sendTo(ByteSink sink) throws IOException;
  }

  /**
   * Begins an archive.
   *
   * @param large from which size or position on the 64-bit form is used, {@link #LARGE} at most
   */
  ZipWriter(FileChannel channel, long large) {
    this.channel = channel;
    this.large = large;
  }

  /**
   * Appends an entry.
   *
   * @param bytes exactly as many as the contents will send
   */
  void add(String name, long bytes, Contents contents) throws IOException {
    long start = channel.position();
    byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
    boolean wide = bytes >= large;
    AtomicFile.writeFully(channel, entry(start, encoded, bytes, wide));
    CRC32 checksum = new CRC32();
    long dataStart = channel.position();
    contents.sendTo(
        block -> {
          checksum.update(block.duplicate());
          AtomicFile.writeFully(channel, block);
        });
    long end = channel.position();
    if (end - dataStart != bytes) {
      throw new IllegalStateException(name + " has " + (end - dataStart) + " bytes, not " + bytes);
    }
    int crc = (int) checksum.getValue();
    channel.position(start + CHECKSUM);
    AtomicFile.writeFully(channel, little(Integer.BYTES).putInt(crc).flip());
    channel.position(end);
    list(start, encoded, bytes, crc);
  }

  /** The entry's own header, with padding up to an aligned position. */
  private static ByteBuffer entry(long start, byte[] name, long bytes, boolean wide) {
    int extra = wide ? EXTRA_BYTES + 2 * Long.BYTES : 0;
    long unpadded = start + ENTRY_BYTES + name.length + extra + EXTRA_BYTES;
    int padding = (int) Math.floorMod(-unpadded, (long) ALIGNMENT);
    int size = wide ? (int) LARGE : (int) bytes;
    ByteBuffer out =
        little(ENTRY_BYTES + name.length + extra + EXTRA_BYTES + padding)
            .putInt(ENTRY)
            .putShort(VERSION)
            .putShort(UTF_8)
            .putShort((short) 0)
            .putShort((short) 0)
            .putShort(FIRST_OF_JANUARY_1980)
            .putInt(0)
            .putInt(size)
            .putInt(size)
            .putShort((short) name.length)
            .putShort((short) (extra + EXTRA_BYTES + padding))
            .put(name);
    if (wide) {
      out.putShort(EXTRA64).putShort((short) (2 * Long.BYTES)).putLong(bytes).putLong(bytes);
    }
    out.putShort(PADDING).putShort((short) padding);
    return out.rewind();
  }

  private void list(long start, byte[] name, long bytes, int crc) {
    boolean wide = bytes >= large || start >= large;
    int extra = wide ? EXTRA_BYTES + 3 * Long.BYTES : 0;
    byte[] header = new byte[HEADER_BYTES + name.length + extra];
    ByteBuffer out =
        ByteBuffer.wrap(header)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(HEADER)
            .putShort(VERSION)
            .putShort(VERSION)
            .putShort(UTF_8)
            .putShort((short) 0)
            .putShort((short) 0)
            .putShort(FIRST_OF_JANUARY_1980)
            .putInt(crc)
            .putInt(wide ? (int) LARGE : (int) bytes)
            .putInt(wide ? (int) LARGE : (int) bytes)
            .putShort((short) name.length)
            .putShort((short) extra)
            .putShort((short) 0)
            .putShort((short) 0)
            .putShort((short) 0)
            .putInt(0)
            .putInt(wide ? (int) LARGE : (int) start)
            .put(name);
    if (wide) {
      out.putShort(EXTRA64).putShort((short) (3 * Long.BYTES));
      out.putLong(bytes).putLong(bytes).putLong(start);
    }
    directory.writeBytes(header);
    entries++;
  }

  /** Writes the directory. */
  void finish() throws IOException {
    long start = channel.position();
    AtomicFile.writeFully(channel, ByteBuffer.wrap(directory.toByteArray()));
    long end = channel.position();
    short count = (short) Math.min(entries, 0xffff);
    ByteBuffer records =
        little(END64_BYTES + LOCATOR_BYTES + END_BYTES)
            .putInt(END64)
            .putLong(END64_BYTES - 12)
            .putShort(VERSION)
            .putShort(VERSION)
            .putInt(0)
            .putInt(0)
            .putLong(entries)
            .putLong(entries)
            .putLong(end - start)
            .putLong(start)
            .putInt(LOCATOR)
            .putInt(0)
            .putLong(end)
            .putInt(1)
            .putInt(END)
            .putShort((short) 0)
            .putShort((short) 0)
            .putShort(count)
            .putShort(count)
            .putInt((int) Math.min(end - start, LARGE))
            .putInt((int) Math.min(start, LARGE))
            .putShort((short) 0);
    AtomicFile.writeFully(channel, records.flip());
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
