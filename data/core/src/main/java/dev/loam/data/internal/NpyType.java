// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The types of whole numbers that index arrays are stored in. */
public enum NpyType {
  /** Two bytes. */
  INT16("<i2", 2),
  /** Four bytes. */
  INT32("<i4", 4),
  /** Four bytes without a sign. */
  UINT32("<u4", 4),
  /** Eight bytes. */
  INT64("<i8", 8);

  private final String descr;
  private final int bytes;

  NpyType(String descr, int bytes) {
    this.descr = descr;
    this.bytes = bytes;
  }

  static Optional<NpyType> of(String descr) {
    for (NpyType type : values()) {
      if (type.descr.equals(descr)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  String descr() {
    return descr;
  }

  int bytes() {
    return bytes;
  }

  void put(ByteBuffer to, long value) {
    switch (this) {
      case INT16 -> to.putShort((short) value);
      case INT32, UINT32 -> to.putInt((int) value);
      case INT64 -> to.putLong(value);
    }
  }
}
