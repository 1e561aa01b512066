// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds where in an event file the events after a step begin. */
final class EventScanner {
  /** A longer record is taken for a damaged length. */
  private static final int MOST_BYTES = 64 << 20;

  private static final int STEP = 2;
  private static final int SUMMARY = 5;

  private EventScanner() {}

  /**
   * The bytes up to the first event of a later step, or up to the first record that is damaged or
   * cut off.
   */
  static long bytesUntil(Path file, long step) throws IOException {
    long kept = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      byte[] record = nextRecord(in);
      while (record.length > 0 && !isAfter(record, step)) {
        kept += RecordFrame.HEADER + record.length + RecordFrame.FOOTER;
        record = nextRecord(in);
      }
    }
    return kept;
  }

  /** The next record; empty at the end or where it is not whole. */
  private static byte[] nextRecord(InputStream in) throws IOException {
    byte[] header = in.readNBytes(RecordFrame.HEADER);
    if (header.length < RecordFrame.HEADER || !isChecked(header, Long.BYTES, header)) {
      return new byte[0];
    }
    long length = littleEndian(header).getLong(0);
    if (length < 0 || length > MOST_BYTES) {
      return new byte[0];
    }
    byte[] record = in.readNBytes((int) length);
    byte[] footer = in.readNBytes(RecordFrame.FOOTER);
    boolean whole = footer.length == RecordFrame.FOOTER && isChecked(record, (int) length, footer);
    return whole ? record : new byte[0];
  }

  /** Whether the last four bytes of an array are the checksum of the first bytes of another. */
  private static boolean isChecked(byte[] bytes, int length, byte[] withChecksum) {
    return littleEndian(withChecksum).getInt(withChecksum.length - Integer.BYTES)
        == RecordFrame.checksum(bytes, 0, length);
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Whether an event is of a later step. Curves over samples count otherwise; they always follow
   * one that counts steps. What cannot be read is not kept.
   */
  private static boolean isAfter(byte[] event, long step) {
    long number = 0;
    boolean overSamples = false;
    try {
      for (ProtoField field : ProtoField.parse(event)) {
        if (field.number() == STEP) {
          number = field.value();
        } else if (field.number() == SUMMARY) {
          String text = StandardCharsets.UTF_8.decode(field.content()).toString();
          overSamples |= text.contains(EventFile.VS_SAMPLES);
        }
      }
    } catch (IllegalArgumentException e) {
      return true;
    }
    return number > step && !overSamples;
  }
}
