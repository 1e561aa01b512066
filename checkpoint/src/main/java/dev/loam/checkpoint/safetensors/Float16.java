// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

/** Conversions between float and IEEE 754 binary16. */
public final class Float16 {
  private static final int EXPONENT_SHIFT = 13;
  private static final float SUBNORMAL_UNIT = 0x1p-24f;

  private Float16() {}

  /** Widens, exactly. */
  public static float widen(short half) {
    int magnitude = half & 0x7fff;
    int sign = (half & 0x8000) << 16;
    if (magnitude < 0x400) {
      return Float.intBitsToFloat(Float.floatToRawIntBits(magnitude * SUBNORMAL_UNIT) | sign);
    }
    int rebias = magnitude < 0x7c00 ? (127 - 15) << 23 : (255 - 31) << 23;
    return Float.intBitsToFloat(((magnitude << EXPONENT_SHIFT) + rebias) | sign);
  }

  /** Rounds to the nearest, ties to even; beyond 65504 to infinity; a NaN stays a NaN. */
  public static short round(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00 | ((bits >>> EXPONENT_SHIFT) & 0x3ff));
    }
    if (magnitude >= 65520) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(magnitude / SUBNORMAL_UNIT));
    }
    int kept = (bits & 0x7fffffff) - ((127 - 15) << 23);
    int rounded = kept + 0xfff + ((kept >>> EXPONENT_SHIFT) & 1);
    return (short) (sign | (rounded >>> EXPONENT_SHIFT));
  }
}
