// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A field of a protocol buffer that is read.
 *
 * @param value of a varint; 0 of others
 * @param content of a string or a message; empty of others
 */
record ProtoField(int number, long value, ByteBuffer content) {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  /**
   * The fields of a message.
   *
   * @throws IllegalArgumentException if these bytes are none
   */
  static List<ProtoField> parse(byte[] message) {
    ByteBuffer in = ByteBuffer.wrap(message);
    List<ProtoField> fields = new ArrayList<>();
    try {
      while (in.hasRemaining()) {
        long tag = varint(in);
        int number = (int) (tag >>> 3);
        fields.add(
            switch ((int) (tag & 7)) {
              case 0 -> new ProtoField(number, varint(in), NONE);
              case 1 -> new ProtoField(number, 0, take(in, Long.BYTES));
              case 2 -> new ProtoField(number, 0, take(in, varint(in)));
              case 5 -> new ProtoField(number, 0, take(in, Integer.BYTES));
              default -> throw new IllegalArgumentException("no wire type " + (tag & 7));
            });
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a field is cut off", e);
    }
    return fields;
  }

  private static ByteBuffer take(ByteBuffer in, long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer content = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return content;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte part = in.get();
      value |= (long) (part & 0x7F) << shift;
      if (part >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("a number of more than ten bytes");
  }
}
