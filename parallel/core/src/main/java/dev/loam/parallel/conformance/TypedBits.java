// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.Reduction;
import dev.loam.tensor.DType;
import java.nio.ByteBuffer;

/** Values of F32, F64 and I64 as raw bits. */
final class TypedBits {
  private TypedBits() {}

  /** A value, rounded to the type. */
  static long of(DType dtype, double value) {
    return switch (dtype) {
      case F32 -> Float.floatToRawIntBits((float) value);
      case F64 -> Double.doubleToRawLongBits(value);
      case I64 -> (long) value;
      case BF16 -> throw unsupported(dtype);
    };
  }

  static long get(DType dtype, ByteBuffer buffer, int index) {
    return dtype == DType.F32
        ? buffer.getInt(index * Integer.BYTES)
        : buffer.getLong(index * Long.BYTES);
  }

  static void put(DType dtype, ByteBuffer buffer, int index, long bits) {
    if (dtype == DType.F32) {
      buffer.putInt(index * Integer.BYTES, (int) bits);
    } else {
      buffer.putLong(index * Long.BYTES, bits);
    }
  }

  static long combine(DType dtype, Reduction reduction, long a, long b) {
    boolean sum = reduction == Reduction.SUM;
    return switch (dtype) {
      case F32 -> {
        float x = Float.intBitsToFloat((int) a);
        float y = Float.intBitsToFloat((int) b);
        yield Float.floatToRawIntBits(sum ? x + y : Math.max(x, y));
      }
      case F64 -> {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        yield Double.doubleToRawLongBits(sum ? x + y : Math.max(x, y));
      }
      case I64 -> sum ? a + b : Math.max(a, b);
      case BF16 -> throw unsupported(dtype);
    };
  }

  static String toString(DType dtype, long bits) {
    return switch (dtype) {
      case F32 -> Float.toString(Float.intBitsToFloat((int) bits));
      case F64 -> Double.toString(Double.longBitsToDouble(bits));
      default -> Long.toString(bits);
    };
  }

  private static IllegalArgumentException unsupported(DType dtype) {
    return new IllegalArgumentException("no arithmetic on " + dtype);
  }
}
