// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.safetensors.InputFile;
import dev.loam.checkpoint.safetensors.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the central directory of a zip archive, from the end of the file on; with 64-bit sizes
 * where the archive has them. Field positions are those of PKWARE's APPNOTE, section 4.3.
 */
final class ZipDirectoryReader {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64 = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int HEADER = 0x02014b50;
  private static final int HEADER_BYTES = 46;
  private static final int EXTRA64 = 1;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final long UNKNOWN = 0xffff_ffffL;

  private final InputFile file;
  private final TorchLimits limits;

  ZipDirectoryReader(InputFile file, TorchLimits limits) {
    this.file = file;
    this.limits = limits;
  }

  /** All entries by name, in order. */
  Map<String, ZipEntryHeader> read() {
    ByteBuffer directory = directory();
    Map<String, ZipEntryHeader> headers = new LinkedHashMap<>();
    while (directory.hasRemaining()) {
      ZipEntryHeader header = header(directory);
      if (headers.put(header.name(), header) != null) {
        throw fault("two entries are named " + Text.quote(header.name()));
      }
    }
    return headers;
  }

  private ByteBuffer directory() {
    long end = endPosition();
    ByteBuffer record = block(end, END_BYTES);
    long bytes = record.getInt(12) & UNKNOWN;
    long start = record.getInt(16) & UNKNOWN;
    if (end >= LOCATOR_BYTES && block(end - LOCATOR_BYTES, 4).getInt(0) == LOCATOR) {
      long end64 = block(end - LOCATOR_BYTES, LOCATOR_BYTES).getLong(8);
      if (end64 < 0 || end64 > end - LOCATOR_BYTES - END64_BYTES) {
        throw fault("its 64-bit end record is said to be at byte " + end64);
      }
      ByteBuffer record64 = block(end64, END64_BYTES);
      if (record64.getInt(0) != END64) {
        throw fault("there is no 64-bit end record at byte " + end64);
      }
      bytes = record64.getLong(40);
      start = record64.getLong(48);
    }
    if (start < 0 || bytes < 0 || start > end || bytes > end - start) {
      throw fault("its directory of " + bytes + " bytes is said to be at byte " + start);
    }
    if (bytes > limits.directoryBytes()) {
      throw fault("its directory has " + bytes + " bytes, the limit is " + limits.directoryBytes());
    }
    return block(start, (int) bytes);
  }

  /** The end record is last in the file but for a comment, whose length it states. */
  private long endPosition() {
    int tailBytes = (int) Math.min(file.size(), END_BYTES + LONGEST_COMMENT);
    long tailStart = file.size() - tailBytes;
    ByteBuffer tail = block(tailStart, tailBytes);
    for (int at = tailBytes - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END
          && (tail.getShort(at + 20) & 0xffff) == tailBytes - END_BYTES - at) {
        return tailStart + at;
      }
    }
    throw fault("it has no end record");
  }

  private ZipEntryHeader header(ByteBuffer directory) {
    if (directory.remaining() < HEADER_BYTES || directory.getInt(directory.position()) != HEADER) {
      throw fault("its directory is damaged " + directory.remaining() + " bytes before its end");
    }
    ByteBuffer fields = take(directory, HEADER_BYTES);
    int nameBytes = fields.getShort(28) & 0xffff;
    int extraBytes = fields.getShort(30) & 0xffff;
    int commentBytes = fields.getShort(32) & 0xffff;
    if (nameBytes + extraBytes + commentBytes > directory.remaining()) {
      throw fault("the last entry of its directory is cut short");
    }
    String name = StandardCharsets.UTF_8.decode(take(directory, nameBytes)).toString();
    ByteBuffer wide = wide(take(directory, extraBytes));
    take(directory, commentBytes);
    long bytes = widened(fields.getInt(24), wide);
    long storedBytes = widened(fields.getInt(20), wide);
    long position = widened(fields.getInt(42), wide);
    return new ZipEntryHeader(
        name, fields.getShort(8), fields.getShort(10), storedBytes, bytes, position);
  }

  /** The 64-bit values of an extra field, in the order of the fields that they replace. */
  private static ByteBuffer wide(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xffff;
      int bytes = Math.min(extra.getShort() & 0xffff, extra.remaining());
      ByteBuffer field = take(extra, bytes);
      if (id == EXTRA64) {
        return field;
      }
    }
    return ByteBuffer.allocate(0);
  }

  private long widened(int field, ByteBuffer wide) {
    long value = field & UNKNOWN;
    if (value != UNKNOWN) {
      return value;
    }
    long given = wide.remaining() >= Long.BYTES ? wide.getLong() : -1;
    if (given < 0) {
      throw fault("an entry of its directory has no valid 64-bit size or position");
    }
    return given;
  }

  private static ByteBuffer take(ByteBuffer from, int bytes) {
    ByteBuffer part = from.slice(from.position(), bytes).order(ByteOrder.LITTLE_ENDIAN);
    from.position(from.position() + bytes);
    return part;
  }

  private ByteBuffer block(long position, int bytes) {
    ByteBuffer block = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.read(block, position);
    return block.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private TorchFileException fault(String problem) {
    return new TorchFileException(
        file.path(),
        "the zip archive is damaged: " + problem,
        "copy the file again; it may be incomplete");
  }
}
