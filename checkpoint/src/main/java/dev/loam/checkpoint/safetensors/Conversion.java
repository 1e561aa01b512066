// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.tensor.Bf16;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Changes of element type. Buffers are little-endian, and hold equally many elements from their
 * positions on. The loops are plain so that the compiler unrolls them.
 */
enum Conversion {
  BF16_TO_F32(SafetensorsType.BF16, SafetensorsType.F32) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      ShortBuffer in = from.asShortBuffer();
      IntBuffer out = to.asIntBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, in.get(i) << 16);
      }
    }
  },
  BF16_TO_F64(SafetensorsType.BF16, SafetensorsType.F64) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      ShortBuffer in = from.asShortBuffer();
      DoubleBuffer out = to.asDoubleBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, Bf16.widen(in.get(i)));
      }
    }
  },
  F16_TO_F32(SafetensorsType.F16, SafetensorsType.F32) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      ShortBuffer in = from.asShortBuffer();
      FloatBuffer out = to.asFloatBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, Float16.widen(in.get(i)));
      }
    }
  },
  F16_TO_F64(SafetensorsType.F16, SafetensorsType.F64) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      ShortBuffer in = from.asShortBuffer();
      DoubleBuffer out = to.asDoubleBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, Float16.widen(in.get(i)));
      }
    }
  },
  F32_TO_F64(SafetensorsType.F32, SafetensorsType.F64) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      FloatBuffer in = from.asFloatBuffer();
      DoubleBuffer out = to.asDoubleBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, in.get(i));
      }
    }
  },
  I32_TO_I64(SafetensorsType.I32, SafetensorsType.I64) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      IntBuffer in = from.asIntBuffer();
      LongBuffer out = to.asLongBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, in.get(i));
      }
    }
  },
  /** Rounds to the nearest, ties to even. */
  F64_TO_F32(SafetensorsType.F64, SafetensorsType.F32) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      DoubleBuffer in = from.asDoubleBuffer();
      FloatBuffer out = to.asFloatBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, (float) in.get(i));
      }
    }
  },
  /** Rounds to the nearest, ties to even. */
  F32_TO_BF16(SafetensorsType.F32, SafetensorsType.BF16) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      FloatBuffer in = from.asFloatBuffer();
      ShortBuffer out = to.asShortBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, Bf16.round(in.get(i)));
      }
    }
  },
  /** Rounds to the nearest, ties to even. */
  F32_TO_F16(SafetensorsType.F32, SafetensorsType.F16) {
    @Override
    void apply(ByteBuffer from, ByteBuffer to) {
      FloatBuffer in = from.asFloatBuffer();
      ShortBuffer out = to.asShortBuffer();
      int n = in.remaining();
      for (int i = 0; i < n; i++) {
        out.put(i, Float16.round(in.get(i)));
      }
    }
  };

  private final SafetensorsType from;
  private final SafetensorsType to;

  Conversion(SafetensorsType from, SafetensorsType to) {
    this.from = from;
    this.to = to;
  }

  /** The conversion between two different types, if there is one. */
  static Optional<Conversion> between(SafetensorsType from, SafetensorsType to) {
    return Arrays.stream(values()).filter(c -> c.from == from && c.to == to).findFirst();
  }

  /** Converts all elements. */
  abstract void apply(ByteBuffer from, ByteBuffer to);

  /** Bytes of one element before. */
  int fromBytes() {
    return from.bits() / 8;
  }

  /** Bytes of one element after. */
  int toBytes() {
    return to.bits() / 8;
  }
}
