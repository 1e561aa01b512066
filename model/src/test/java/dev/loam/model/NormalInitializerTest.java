// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.Slice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalInitializerTest {
  private static final int DRAWS = 1_000_000;

  /**
   * Values computed independently: they must never change, or a seed would give another model in
   * another release.
   */
  @ParameterizedTest
  @CsvSource({
    "42, model.embed_tokens.weight, 0, 0.01100514295593262",
    "42, model.embed_tokens.weight, 1, 0.009922684646844827",
    "42, lm_head.weight, 0, -0.012749588012046422",
    "43, model.embed_tokens.weight, 0, 0.03296630698910718",
    "-1, model.embed_tokens.weight, 1000000000000, -0.00670474856534881",
  })
  void valuesAreFixedForEver(long seed, String name, long index, double value) {
    assertThat(new NormalInitializer(seed, name, 0.02).value(index))
        .isCloseTo(value, within(1e-16));
  }

  /** The limits are five standard errors of each moment. */
  @Test
  void momentsOfTheNormalDistribution() {
    double[] z = draws(new NormalInitializer(7, "w", 1));
    double mean = moment(z, 1);
    double variance = moment(z, 2);
    assertThat(mean).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
    assertThat(variance).isCloseTo(1, within(5 * Math.sqrt(2.0 / DRAWS)));
    assertThat(moment(z, 3)).isCloseTo(0, within(5 * Math.sqrt(15.0 / DRAWS)));
    assertThat(moment(z, 4)).isCloseTo(3, within(5 * Math.sqrt(96.0 / DRAWS)));
    double neighbours = 0;
    for (int i = 1; i < DRAWS; i++) {
      neighbours += z[i - 1] * z[i] / DRAWS;
    }
    assertThat(neighbours).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
  }

  @Test
  void namesAndSeedsAreIndependent() {
    double[] z = draws(new NormalInitializer(7, "w", 1));
    double[] otherName = draws(new NormalInitializer(7, "v", 1));
    double[] otherSeed = draws(new NormalInitializer(8, "w", 1));
    assertThat(correlation(z, otherName)).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
    assertThat(correlation(z, otherSeed)).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
  }

  @Test
  void deviationScalesAndSeedsRepeat() {
    NormalInitializer unit = new NormalInitializer(5, "w", 1);
    NormalInitializer scaled = new NormalInitializer(5, "w", 0.25);
    for (long i = 0; i < 100; i++) {
      assertThat(scaled.value(i)).isEqualTo(0.25 * unit.value(i));
    }
  }

  /** More elements than one block; a value does not depend on how many others are drawn. */
  @Test
  void fillsTensorsInRowMajorOrder() {
    NormalInitializer initializer = new NormalInitializer(3, "w", 0.02);
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      var tensor = arena.allocate(DType.F32, 67_000, 2);
      lease.run(() -> initializer.fill(tensor, Slice.whole(tensor.shape()), tensor.size(1)));
      float[] values = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        if (values[i] != (float) initializer.value(i)) {
          assertThat(values[i]).as("element " + i).isEqualTo((float) initializer.value(i));
        }
      }
    }
  }

  private static double[] draws(NormalInitializer initializer) {
    double[] values = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      values[i] = initializer.value(i);
    }
    return values;
  }

  private static double moment(double[] values, int power) {
    double sum = 0;
    for (double value : values) {
      sum += Math.pow(value, power);
    }
    return sum / values.length;
  }

  private static double correlation(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum / a.length;
  }
}
