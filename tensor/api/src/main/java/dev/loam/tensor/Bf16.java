// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/** Conversions between float and bfloat16, the upper half of a float. */
public final class Bf16 {
  private Bf16() {}

  /** Rounds to the nearest bfloat16, ties to even; a NaN stays a NaN. */
  public static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** Widens a bfloat16, exactly. */
  public static float widen(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
