// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumpyMathTest {
  /** The sums were computed by numpy 2.4.6; adding from left to right gives others. */
  @Test
  void sumsInTheOrderOfNumpy() {
    assertThat(sumOfInverses(7)).isEqualTo(1.328968253968254);
    assertThat(sumOfInverses(20)).isEqualTo(2.190813250217275);
    assertThat(sumOfInverses(148)).isEqualTo(4.091180588643879);
    assertThat(sumOfInverses(1000)).isEqualTo(5.987467865541362);
  }

  private static double sumOfInverses(int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = 1.0 / (i + 3);
    }
    return NumpyMath.sum(values, 0, count);
  }
}
