// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/** Element types of tensors. Memory is little-endian. */
public enum DType {
  /** IEEE 754 binary64. */
  F64(8, true),
  /** IEEE 754 binary32. */
  F32(4, true),
  /** The upper half of an F32. */
  BF16(2, true),
  /** Signed 64-bit integer: token ids, labels, positions. */
  I64(8, false);

  private final int bytes;
  private final boolean floating;

  DType(int bytes, boolean floating) {
    this.bytes = bytes;
    this.floating = floating;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether this is a floating-point type. */
  public boolean isFloating() {
    return floating;
  }
}
