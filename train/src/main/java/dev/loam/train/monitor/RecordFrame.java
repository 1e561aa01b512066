// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The frame that TFRecord files put around each record: its length in eight bytes, a checksum of
 * those, the record, a checksum of it; all little-endian.
 */
final class RecordFrame {
  /** Bytes before a record. */
  static final int HEADER = 12;

  /** Bytes after a record. */
  static final int FOOTER = 4;

  private RecordFrame() {}

  /** A record in its frame. */
  static byte[] around(byte[] record) {
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER + record.length + FOOTER).order(ByteOrder.LITTLE_ENDIAN);
    frame.putLong(record.length);
    frame.putInt(checksum(frame.array(), 0, Long.BYTES));
    frame.put(record);
    frame.putInt(checksum(record, 0, record.length));
    return frame.array();
  }

  /** CRC-32C, masked so that a checksum over data with checksums in it is a good one. */
  static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }
}
