// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quantiles computed with sixty decimal digits; all three ranges of the approximation. */
class InverseNormalTest {
  @ParameterizedTest
  @CsvSource({
    "0.6, 0.2533471031357997413",
    "0.75, 0.6744897501960817432",
    "0.9, 1.2815515655446005935",
    "0.925, 1.4395314709384562291",
    "0.95, 1.6448536269514722843",
    "0.975, 1.9599639845400538556",
    "0.99, 2.3263478740408407676",
    "0.995, 2.5758293035489004539",
    "0.999, 3.0902323061678132778",
    "0.0749, -1.4402382675279636631",
    "1e-5, -4.2648907939228246102",
    "1e-10, -6.3613409024040561991",
    "1.4e-11, -6.6567230915181836356",
    "1e-11, -6.7060231554951362961",
    "1e-16, -8.2220822161304356152",
    "5.551115123125783e-17, -8.2923610758135955382",
    "1e-300, -37.0470962993611992366",
  })
  void quantiles(double p, double z) {
    assertThat(InverseNormal.of(p)).isCloseTo(z, within(1e-15 * Math.abs(z)));
  }

  @Test
  void symmetricAboutTheMiddle() {
    assertThat(InverseNormal.of(0.5)).isZero();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1000; i++) {
      double p = random.nextLong(1, 1L << 52) * 0x1p-53; // 1 - p is exact
      assertThat(InverseNormal.of(1 - p)).isEqualTo(-InverseNormal.of(p));
    }
  }

  @Test
  void risesAcrossTheBordersOfItsRanges() {
    for (double border : new double[] {0.075, 0.925, Math.exp(-25)}) {
      double below = InverseNormal.of(border * (1 - 1e-9));
      double above = InverseNormal.of(border * (1 + 1e-9));
      assertThat(above).isGreaterThan(below).isCloseTo(below, within(1e-7));
    }
  }
}
