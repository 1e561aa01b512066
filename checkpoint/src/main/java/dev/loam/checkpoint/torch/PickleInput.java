// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** The bytes of a pickle. Every length is checked against what is left before it is used. */
final class PickleInput {
  static final int NAME_LENGTH = 1024;

  private final Path file;
  private final ByteBuffer bytes;
  private int opcodeAt;

  PickleInput(Path file, ByteBuffer bytes) {
    this.file = file;
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The next opcode; faults are reported at it. */
  int opcode() {
    opcodeAt = bytes.position();
    return unsigned1();
  }

  int unsigned1() {
    need(1);
    return bytes.get() & 0xff;
  }

  int unsigned2() {
    need(2);
    return bytes.getShort() & 0xffff;
  }

  int signed4() {
    need(4);
    return bytes.getInt();
  }

  /** Pickles store floats big-endian. */
  double float8() {
    need(8);
    return Double.longBitsToDouble(Long.reverseBytes(bytes.getLong()));
  }

  /** A length of 4 bytes that is known to be left. */
  int length4() {
    return (int) need(signed4() & 0xffff_ffffL);
  }

  /** A length of 8 bytes that is known to be left. */
  int length8() {
    need(8);
    return (int) need(bytes.getLong());
  }

  /** Passes over bytes. */
  void skip(int length) {
    need(length);
    bytes.position(bytes.position() + length);
  }

  /** A two's complement integer, unless it exceeds a long. */
  Optional<Long> integer(int length) {
    need(length);
    int at = bytes.position();
    skip(length);
    if (length > Long.BYTES) {
      return Optional.empty();
    }
    long value = length > 0 && bytes.get(at + length - 1) < 0 ? -1 : 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | (bytes.get(at + i) & 0xff);
    }
    return Optional.of(value);
  }

  /** Text, unless it is no UTF-8. */
  Optional<String> text(int length) {
    need(length);
    ByteBuffer encoded = bytes.slice(bytes.position(), length);
    skip(length);
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(encoded).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** The text up to the next line feed. */
  String line() {
    int start = bytes.position();
    while (unsigned1() != '\n') {
      if (bytes.position() - start > NAME_LENGTH) {
        throw fault("a name is longer than " + NAME_LENGTH + " bytes");
      }
    }
    int end = bytes.position() - 1;
    return StandardCharsets.UTF_8.decode(bytes.slice(start, end - start)).toString();
  }

  /** A problem of the current opcode. */
  TorchFileException fault(String problem) {
    return new TorchFileException(
        file,
        "data.pkl, byte " + opcodeAt + ": " + problem,
        "copy the file again, or save it again with torch.save");
  }

  private long need(long count) {
    if (count < 0 || count > bytes.remaining()) {
      throw fault(
          Long.toUnsignedString(count)
              + " bytes are asked for, "
              + bytes.remaining()
              + " are left");
    }
    return count;
  }
}
