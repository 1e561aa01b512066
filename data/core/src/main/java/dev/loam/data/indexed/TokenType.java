// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import java.nio.ByteBuffer;
import java.util.Optional;

/** How token ids are stored in a {@code .bin} file, always little-endian. */
public enum TokenType {
  /** One unsigned byte. */
  UINT8(1, 1, 0, 0xff),
  /** One signed byte. */
  INT8(2, 1, Byte.MIN_VALUE, Byte.MAX_VALUE),
  /** Two bytes, signed. */
  INT16(3, 2, Short.MIN_VALUE, Short.MAX_VALUE),
  /** Four bytes, signed: the usual type. */
  INT32(4, 4, Integer.MIN_VALUE, Integer.MAX_VALUE),
  /** Eight bytes, signed; ids beyond the range of an int cannot be read. */
  INT64(5, 8, Integer.MIN_VALUE, Integer.MAX_VALUE),
  /** Two bytes, unsigned: what Megatron-LM takes for vocabularies below 65500. */
  UINT16(8, 2, 0, 0xffff);

  private final int code;
  private final int bytes;
  private final int min;
  private final int max;

  TokenType(int code, int bytes, int min, int max) {
    this.code = code;
    this.bytes = bytes;
    this.min = min;
    this.max = max;
  }

  /** The type with a code of the {@code .idx} header, if there is one for token ids. */
  static Optional<TokenType> ofCode(int code) {
    for (TokenType type : values()) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /** The code in the {@code .idx} header. */
  public int code() {
    return code;
  }

  /** Bytes of one token. */
  public int bytes() {
    return bytes;
  }

  /** Whether the type can hold a token id. */
  public boolean holds(int token) {
    return token >= min && token <= max;
  }

  /** Writes one token, which the type must be able to hold, at the position of the buffer. */
  void put(ByteBuffer to, int token) {
    switch (this) {
      case UINT8, INT8 -> to.put((byte) token);
      case UINT16, INT16 -> to.putShort((short) token);
      case INT32 -> to.putInt(token);
      case INT64 -> to.putLong(token);
    }
  }

  /** Reads one token from the position of the buffer. */
  long get(ByteBuffer from) {
    return switch (this) {
      case UINT8 -> from.get() & 0xff;
      case INT8 -> from.get();
      case UINT16 -> from.getShort() & 0xffff;
      case INT16 -> from.getShort();
      case INT32 -> from.getInt();
      case INT64 -> from.getLong();
    };
  }
}
