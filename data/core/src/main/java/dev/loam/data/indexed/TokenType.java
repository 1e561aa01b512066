// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

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
  /** Eight bytes, floating point; only whole numbers in the range of an int can be read. */
  FLOAT64(6, 8, Integer.MIN_VALUE, Integer.MAX_VALUE),
  /** Four bytes, floating point; only whole numbers can be read. */
  FLOAT32(7, 4, -(1 << 24), 1 << 24),
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

  /** The type with a code of the {@code .idx} header, if there is one. */
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

  /** Whether the type holds a token id exactly, as it does all smaller ones. */
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
      case FLOAT64 -> to.putDouble(token);
      case FLOAT32 -> to.putFloat(token);
    }
  }

  /** The token at an index of the buffer, unless the value there is none. */
  OptionalInt get(ByteBuffer from, int index) {
    return switch (this) {
      case UINT8 -> OptionalInt.of(from.get(index) & 0xff);
      case INT8 -> OptionalInt.of(from.get(index));
      case UINT16 -> OptionalInt.of(from.getShort(index) & 0xffff);
      case INT16 -> OptionalInt.of(from.getShort(index));
      case INT32 -> OptionalInt.of(from.getInt(index));
      case INT64 -> {
        long value = from.getLong(index);
        yield value == (int) value ? OptionalInt.of((int) value) : OptionalInt.empty();
      }
      case FLOAT64 -> whole(from.getDouble(index));
      case FLOAT32 -> whole(from.getFloat(index));
    };
  }

  /** The stored value as it reads. */
  String show(ByteBuffer from, int index) {
    return switch (this) {
      case FLOAT64 -> Double.toString(from.getDouble(index));
      case FLOAT32 -> Float.toString(from.getFloat(index));
      case INT64 -> Long.toString(from.getLong(index));
      case UINT8, INT8, UINT16, INT16, INT32 -> get(from, index).toString();
    };
  }

  private static OptionalInt whole(double value) {
    return value == (int) value ? OptionalInt.of((int) value) : OptionalInt.empty();
  }
}
