// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.safetensors.Float16;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Bf16;

/**
 * The bits of numbers in the type they are stored in, and their places in its order: neighbouring
 * numbers have neighbouring places, so that a small difference of numbers is a small difference of
 * places.
 */
enum StoredBits {
  F32(32) {
    @Override
    int bits(float value) {
      return Float.floatToRawIntBits(value);
    }

    @Override
    float value(int bits) {
      return Float.intBitsToFloat(bits);
    }
  },
  BF16(16) {
    @Override
    int bits(float value) {
      return Bf16.round(value);
    }

    @Override
    float value(int bits) {
      return Bf16.widen((short) bits);
    }
  },
  F16(16) {
    @Override
    int bits(float value) {
      return Float16.round(value);
    }

    @Override
    float value(int bits) {
      return Float16.widen((short) bits);
    }
  };

  private final int size;

  StoredBits(int size) {
    this.size = size;
  }

  /** Those of a type that weights may have. */
  static StoredBits of(SafetensorsType type) {
    return valueOf(type.name());
  }

  /** Whether numbers of a type can be told by their bits here. */
  static boolean knows(SafetensorsType type) {
    return type == SafetensorsType.F32
        || type == SafetensorsType.BF16
        || type == SafetensorsType.F16;
  }

  /** The bits of a number, rounded to the nearest there is; those of 16 bits with their sign. */
  abstract int bits(float value);

  /** The number that such bits are. */
  abstract float value(int bits);

  /** Bytes of one number. */
  int bytes() {
    return size / Byte.SIZE;
  }

  /** The place of a number, rounded to the nearest there is; only the bits of the type count. */
  int place(float value) {
    return exchanged(bits(value));
  }

  /** The number at a place. */
  float at(int place) {
    int unused = Integer.SIZE - size;
    return value(exchanged((place << unused) >> unused));
  }

  /** Negative numbers count downwards; its own inverse. */
  private int exchanged(int bits) {
    int allButTheSign = Integer.MAX_VALUE >>> (Integer.SIZE - size);
    return bits < 0 ? bits ^ allButTheSign : bits;
  }
}
