// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.DType;
import java.util.Optional;

/**
 * The element types a file may hold. The order is the one the reference implementation lays tensors
 * out by, from the last constant to the first.
 */
public enum SafetensorsType {
  /** One byte, 0 or 1. */
  BOOL(8),
  /** 4-bit float, two to a byte. */
  F4(4),
  /** 6-bit float, 2 bits of exponent. */
  F6_E2M3(6),
  /** 6-bit float, 3 bits of exponent. */
  F6_E3M2(6),
  /** Unsigned 8-bit integer. */
  U8(8),
  /** Signed 8-bit integer. */
  I8(8),
  /** 8-bit float, 5 bits of exponent. */
  F8_E5M2(8),
  /** 8-bit float, 4 bits of exponent. */
  F8_E4M3(8),
  /** 8-bit power of two. */
  F8_E8M0(8),
  /** 8-bit float, 4 bits of exponent, no negative zero. */
  F8_E4M3FNUZ(8),
  /** 8-bit float, 5 bits of exponent, no negative zero. */
  F8_E5M2FNUZ(8),
  /** Signed 16-bit integer. */
  I16(16),
  /** Unsigned 16-bit integer. */
  U16(16),
  /** IEEE 754 binary16. */
  F16(16),
  /** The upper half of an {@link #F32}. */
  BF16(16),
  /** Signed 32-bit integer. */
  I32(32),
  /** Unsigned 32-bit integer. */
  U32(32),
  /** IEEE 754 binary32. */
  F32(32),
  /** Two {@link #F32}: a complex number. */
  C64(64),
  /** IEEE 754 binary64. */
  F64(64),
  /** Signed 64-bit integer. */
  I64(64),
  /** Unsigned 64-bit integer. */
  U64(64);

  private final int bits;

  SafetensorsType(int bits) {
    this.bits = bits;
  }

  /** Bits of one element. */
  public int bits() {
    return bits;
  }

  /** The type that stores a tensor's elements as they are. */
  public static SafetensorsType of(DType dtype) {
    return switch (dtype) {
      case F64 -> F64;
      case F32 -> F32;
      case BF16 -> BF16;
      case I64 -> I64;
    };
  }

  /** The type of this name in a header. */
  static Optional<SafetensorsType> parse(String name) {
    for (SafetensorsType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /**
   * The bytes that so many elements take.
   *
   * @throws ArithmeticException if they overflow a long or do not end on a byte
   */
  long bytes(long elements) {
    if (bits % 8 == 0) {
      return Math.multiplyExact(elements, (long) (bits / 8));
    }
    long total = Math.multiplyExact(elements, (long) bits);
    if (total % 8 != 0) {
      throw new ArithmeticException(elements + " elements of " + bits + " bits end inside a byte");
    }
    return total / 8;
  }
}
