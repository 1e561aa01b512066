// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.nio.ByteBuffer;

/** Copies elements between tensors and Java arrays; contiguous ones in bulk, others one by one. */
final class HostCopy {
  private static final int BLOCK = 1 << 20;

  private HostCopy() {}

  static double[] toDoubles(Tensor t) {
    double[] out = new double[Math.toIntExact(t.elements())];
    visit(t, (buffer, at, i) -> out[i] = get(t.dtype(), buffer, at));
    return out;
  }

  static float[] toFloats(Tensor t) {
    float[] out = new float[Math.toIntExact(t.elements())];
    if (t.dtype() == DType.F32 && t.isContiguous()) {
      for (int from = 0; from < out.length; from += BLOCK) {
        int n = Math.min(BLOCK, out.length - from);
        t.window(from, n).asFloatBuffer().get(out, from, n);
      }
    } else {
      visit(t, (buffer, at, i) -> out[i] = (float) get(t.dtype(), buffer, at));
    }
    return out;
  }

  static void set(Tensor t, double[] values) {
    requireCount(t, values.length);
    visit(t, (buffer, at, i) -> put(t.dtype(), buffer, at, values[i]));
  }

  static void set(Tensor t, float[] values) {
    requireCount(t, values.length);
    if (t.dtype() == DType.F32 && t.isContiguous()) {
      for (int from = 0; from < values.length; from += BLOCK) {
        int n = Math.min(BLOCK, values.length - from);
        t.window(from, n).asFloatBuffer().put(values, from, n);
      }
    } else {
      visit(t, (buffer, at, i) -> put(t.dtype(), buffer, at, values[i]));
    }
  }

  static void set(Tensor t, long[] values) {
    requireCount(t, values.length);
    if (t.dtype() != DType.I64) {
      throw new IllegalArgumentException("integers do not go into " + t);
    }
    visit(t, (buffer, at, i) -> buffer.putLong(at * Long.BYTES, values[i]));
  }

  private interface Visitor {
    void visit(ByteBuffer buffer, int element, int index);
  }

  /** Visits all elements in row-major order; {@code element} counts within the buffer. */
  private static void visit(Tensor t, Visitor visitor) {
    t.storage().requireOpen();
    if (t.elements() == 0) {
      return;
    }
    long span = 1;
    for (int d = 0; d < t.rank(); d++) {
      span += (t.size(d) - 1) * t.stride(d);
    }
    ByteBuffer buffer = t.storage().window(t.offset(), span);
    int[] index = new int[t.rank()];
    long at = 0;
    for (int i = 0; i < t.elements(); i++) {
      visitor.visit(buffer, Math.toIntExact(at), i);
      for (int d = t.rank() - 1; d >= 0; d--) {
        at += t.stride(d);
        if (++index[d] < t.size(d)) {
          break;
        }
        at -= t.stride(d) * index[d];
        index[d] = 0;
      }
    }
  }

  private static double get(DType dtype, ByteBuffer buffer, int at) {
    return switch (dtype) {
      case F64 -> buffer.getDouble(at * Double.BYTES);
      case F32 -> buffer.getFloat(at * Float.BYTES);
      case BF16 -> Float.intBitsToFloat(buffer.getShort(at * Short.BYTES) << 16);
      case I64 -> buffer.getLong(at * Long.BYTES);
    };
  }

  private static void put(DType dtype, ByteBuffer buffer, int at, double value) {
    switch (dtype) {
      case F64 -> buffer.putDouble(at * Double.BYTES, value);
      case F32 -> buffer.putFloat(at * Float.BYTES, (float) value);
      case BF16 -> buffer.putShort(at * Short.BYTES, Bf16.round((float) value));
      case I64 -> throw new IllegalArgumentException("fractions do not go into an integer tensor");
    }
  }

  private static void requireCount(Tensor t, int count) {
    if (t.elements() != count) {
      throw new IllegalArgumentException(count + " values do not fill " + t);
    }
  }
}
