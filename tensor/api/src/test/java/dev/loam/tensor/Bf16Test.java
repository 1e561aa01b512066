// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class Bf16Test {
  @Test
  void everyBfloat16SurvivesWideningAndRounding() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Bf16.widen((short) bits);
      if (Float.isNaN(value)) {
        assertThat(Bf16.widen(Bf16.round(value))).isNaN();
      } else {
        assertThat(Bf16.round(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void halvesBetweenNeighboursGoToTheEvenOne() {
    for (int bits = 0; bits < 0x7f7f; bits++) {
      float half = Float.intBitsToFloat((bits << 16) + 0x8000);
      assertThat(Bf16.round(half)).isEqualTo((short) (bits % 2 == 0 ? bits : bits + 1));
      assertThat(Bf16.round(Math.nextDown(half))).isEqualTo((short) bits);
      assertThat(Bf16.round(Math.nextUp(half))).isEqualTo((short) (bits + 1));
    }
  }

  @Property(tries = 5000)
  void roundsToTheNearest(@ForAll int floatBits) {
    float value = Float.intBitsToFloat(floatBits);
    float rounded = Bf16.widen(Bf16.round(value));
    if (Float.isNaN(value)) {
      assertThat(rounded).isNaN();
    } else if (Float.isInfinite(rounded)) {
      // Half a step beyond the largest finite bfloat16 and further.
      assertThat(Math.abs((double) value)).isGreaterThanOrEqualTo(0x1.ffp127);
    } else {
      BigDecimal error = new BigDecimal(value).subtract(new BigDecimal(rounded)).abs();
      int bits = Bf16.round(value) & 0xffff;
      for (int neighbour : new int[] {bits - 1, bits + 1}) {
        float other = Bf16.widen((short) neighbour);
        if (Float.isFinite(other)) {
          assertThat(error)
              .isLessThanOrEqualTo(new BigDecimal(value).subtract(new BigDecimal(other)).abs());
        }
      }
    }
  }

  @Test
  void specialValues() {
    assertThat(Bf16.widen(Bf16.round(Float.POSITIVE_INFINITY))).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Bf16.widen(Bf16.round(-Float.MAX_VALUE))).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Bf16.round(-0.0f)).isEqualTo((short) 0x8000);
    // A NaN whose payload lies in the lower half alone.
    assertThat(Bf16.widen(Bf16.round(Float.intBitsToFloat(0x7f800001)))).isNaN();
  }
}
