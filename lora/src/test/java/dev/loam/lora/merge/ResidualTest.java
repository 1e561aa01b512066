// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Weights come back to the bit, whatever was added. */
class ResidualTest {
  @Property(tries = 20_000)
  void anyBitsComeBack(
      @ForAll StoredBits type, @ForAll int bits, @ForAll long added, @ForAll boolean small) {
    double delta = small ? (added >> 40) * 1e-9 : Double.longBitsToDouble(added);
    float weight = number(type, bits);
    float merged = type.value(type.bits(Residual.merged(weight, delta)));
    int residual = (Residual.of(type, weight, delta) << unused(type)) >> unused(type);
    float restored = Residual.restored(type, merged, delta, residual);
    if (Float.isNaN(weight)) {
      assertThat(restored).isNaN();
    } else {
      assertThat(Float.floatToRawIntBits(restored)).isEqualTo(Float.floatToRawIntBits(weight));
    }
  }

  /** Without the residual they do not. */
  @Example
  void subtractionAloneLosesBits() {
    float weight = 0.01f;
    double delta = 100.1;
    assertThat(Residual.guess(Residual.merged(weight, delta), delta)).isNotEqualTo(weight);
  }

  @Example
  void neighboursHaveNeighbouringPlaces() {
    for (StoredBits type : StoredBits.values()) {
      assertThat(type.place(-0.0f)).as("next to 0").isEqualTo(type.place(0.0f) - 1);
      for (float value : new float[] {-3, -1e-3f, 0, 1e-3f, 1, 4096}) {
        float stored = type.value(type.bits(value));
        assertThat(type.at(type.place(stored))).isEqualTo(stored);
        assertThat(type.at(type.place(stored) + 1)).isGreaterThan(stored);
      }
      assertThat(type.place(-1)).isLessThan(type.place(-0.5f));
    }
  }

  @Property(tries = 2000)
  void rowsOfBytes(@ForAll @Size(max = 40) int[] numbers) {
    assertThat(RowBytes.decode(RowBytes.encode(numbers, 4), 4)).isEqualTo(numbers);
    int[] narrow = new int[numbers.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (short) numbers[i];
    }
    assertThat(RowBytes.decode(RowBytes.encode(numbers, 2), 2)).isEqualTo(narrow);
  }

  private static int unused(StoredBits type) {
    return Integer.SIZE - Byte.SIZE * type.bytes();
  }

  private static float number(StoredBits type, int bits) {
    return type.value((bits << unused(type)) >> unused(type));
  }
}
