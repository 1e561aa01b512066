// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Puts pickles together, opcode by opcode, good ones and bad ones. */
final class Pickle {
  private final List<byte[]> opcodes = new ArrayList<>();

  /** Of a protocol. */
  static Pickle protocol(int version) {
    return new Pickle().op(Opcode.PROTO, version);
  }

  /** An opcode with operands of one byte each. */
  Pickle op(int opcode, int... operands) {
    byte[] bytes = new byte[1 + operands.length];
    bytes[0] = (byte) opcode;
    for (int i = 0; i < operands.length; i++) {
      bytes[1 + i] = (byte) operands[i];
    }
    return add(bytes);
  }

  /** An opcode with an operand of four bytes, and what follows it. */
  Pickle op4(int opcode, int operand, byte... more) {
    return add(
        ByteBuffer.allocate(5 + more.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) opcode)
            .putInt(operand)
            .put(more)
            .array());
  }

  /** An opcode with an operand of eight bytes, and what follows it. */
  Pickle op8(int opcode, long operand, byte... more) {
    return add(
        ByteBuffer.allocate(9 + more.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) opcode)
            .putLong(operand)
            .put(more)
            .array());
  }

  Pickle text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return op4(Opcode.BINUNICODE, bytes.length, bytes);
  }

  Pickle integer(int value) {
    return op4(Opcode.BININT, value);
  }

  Pickle global(String module, String name) {
    return add(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** The storage of a key. */
  Pickle storage(String type, String key, int elements) {
    return op(Opcode.MARK)
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cpu")
        .integer(elements)
        .op(Opcode.TUPLE)
        .op(Opcode.BINPERSID);
  }

  /** A tensor of a storage of float32. */
  Pickle tensor(String key, int elements, int offset, int[] sizes, int[] strides) {
    global("torch._utils", "_rebuild_tensor_v2");
    op(Opcode.MARK).storage("FloatStorage", key, elements).integer(offset);
    integers(sizes).integers(strides);
    return op(Opcode.NEWFALSE).orderedDict().op(Opcode.TUPLE).op(Opcode.REDUCE);
  }

  Pickle integers(int... values) {
    op(Opcode.MARK);
    for (int value : values) {
      integer(value);
    }
    return op(Opcode.TUPLE);
  }

  Pickle orderedDict() {
    return global("collections", "OrderedDict").op(Opcode.EMPTY_TUPLE).op(Opcode.REDUCE);
  }

  Pickle add(byte[] opcode) {
    opcodes.add(opcode);
    return this;
  }

  /** The opcodes, one by one, to be changed. */
  List<byte[]> opcodes() {
    return opcodes;
  }

  /** With the end. */
  byte[] stop() {
    op(Opcode.STOP);
    return join(opcodes);
  }

  static byte[] join(List<byte[]> opcodes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    opcodes.forEach(out::writeBytes);
    return out.toByteArray();
  }
}
