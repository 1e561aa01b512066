// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GradientClipTest {
  @Test
  void longGradientsAreShortenedAndShortOnesLeftAlone() {
    GradientClip clip = new GradientClip(2);
    assertThat(clip.coefficient(8)).isEqualTo(2 / (8 + 1e-6));
    assertThat(clip.coefficient(2)).isEqualTo(2 / (2 + 1e-6));
    assertThat(clip.coefficient(1.9)).isEqualTo(1);
    assertThat(clip.coefficient(0)).isEqualTo(1);
    assertThat(new GradientClip(Double.POSITIVE_INFINITY).coefficient(1e30)).isEqualTo(1);
  }
}
