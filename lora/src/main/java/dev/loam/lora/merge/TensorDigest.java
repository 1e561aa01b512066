// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of a tensor's numbers, little-endian, as they are stored. */
final class TensorDigest {
  private final StoredBits type;
  private final MessageDigest digest;

  TensorDigest(StoredBits type) {
    this.type = type;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  void add(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      if (type.bytes() == Short.BYTES) {
        bytes.putShort((short) type.bits(value));
      } else {
        bytes.putInt(type.bits(value));
      }
    }
    digest.update(bytes.array());
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
