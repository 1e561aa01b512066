// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {
  private static List<String> labels(Scale scale) {
    return scale.ticks().stream().map(Scale::label).toList();
  }

  @Test
  void evenTicksAreRoundNumbers() {
    assertThat(labels(new Scale.Linear(1, 400))).containsExactly("100", "200", "300", "400");
    assertThat(labels(new Scale.Linear(1, 1_000_000)))
        .containsExactly("200,000", "400,000", "600,000", "800,000", "1,000,000");
    assertThat(labels(new Scale.Linear(5.85, 8.56)))
        .containsExactly("6", "6.5", "7", "7.5", "8", "8.5");
    assertThat(labels(new Scale.Linear(0, 3.1e-6)))
        .containsExactly("0", "5e-07", "1e-06", "1.5e-06", "2e-06", "2.5e-06", "3e-06");
  }

  @Test
  void ticksOfRatiosArePowersOfTen() {
    assertThat(labels(new Scale.Logarithmic(0.02, 900))).containsExactly("0.1", "1", "10", "100");
    assertThat(labels(new Scale.Logarithmic(3, 120))).containsExactly("5", "10", "20", "50", "100");
    assertThat(labels(new Scale.Logarithmic(1e-12, 1e12))).hasSizeBetween(4, 8);
  }

  @Test
  void endsAreAtTheEnds() {
    for (Scale scale : List.of(new Scale.Linear(2, 10), new Scale.Logarithmic(2, 10))) {
      assertThat(scale.place(2)).isZero();
      assertThat(scale.place(10)).isCloseTo(1, within(1e-12));
      assertThat(scale.place(5)).isBetween(0.2, 0.8);
    }
  }

  /** Also where all values are one. */
  @ParameterizedTest
  @CsvSource({"0, 0", "5, 5", "-3, -3", "0, 1e-300", "1, 30", "1e-9, 1", "-1, 1000"})
  void allValuesAreInside(double min, double max) {
    Scale scale = Scale.of(min, max);
    assertThat(scale.place(min)).isBetween(0.0, 1.0);
    assertThat(scale.place(max)).isBetween(0.0, 1.0);
    assertThat(scale.ticks()).hasSizeBetween(1, 12).isSorted();
  }

  @Test
  void onlyPositiveValuesThatAreFarApartAreRatios() {
    assertThat(Scale.of(0.01, 100)).isInstanceOf(Scale.Logarithmic.class);
    assertThat(Scale.of(0, 100)).isInstanceOf(Scale.Linear.class);
    assertThat(Scale.of(2, 10)).isInstanceOf(Scale.Linear.class);
  }
}
