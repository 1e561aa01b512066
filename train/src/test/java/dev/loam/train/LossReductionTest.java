// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LossReductionTest {
  @Test
  void perTokenAllTokensWeighTheSame() {
    assertThat(LossReduction.PER_TOKEN.scale(3, 8, 2)).isEqualTo(0.125);
    assertThat(LossReduction.PER_TOKEN.scale(0, 8, 2)).isEqualTo(0.125);
  }

  @Test
  void microMeanAllMicroBatchesWeighTheSame() {
    assertThat(LossReduction.MICRO_MEAN.scale(4, 100, 2)).isEqualTo(0.125);
    assertThat(LossReduction.MICRO_MEAN.scale(0, 100, 2)).isEqualTo(0.5).isFinite();
  }

  @Test
  void oneMicroBatchIsTheSameEitherWay() {
    for (int tokens = 1; tokens < 100; tokens++) {
      assertThat(LossReduction.MICRO_MEAN.scale(tokens, tokens, 1))
          .isEqualTo(LossReduction.PER_TOKEN.scale(tokens, tokens, 1));
    }
  }
}
