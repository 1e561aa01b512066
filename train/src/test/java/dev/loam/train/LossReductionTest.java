// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LossReductionTest {
  /** Two replicas of two micro batches, with 4, 2; 0, 10 trained tokens of 16 each. */
  private static final TokenCounts TOKENS =
      new TokenCounts(new long[] {16, 4, 136, 16, 2, 130, 16, 0, 72, 16, 10, 100}, 2, 2);

  @Test
  void everyTokenWeighsTheSame() {
    assertThat(TOKENS.tokens()).isEqualTo(64);
    assertThat(TOKENS.trained()).isEqualTo(16);
    assertThat(TOKENS.attendedPairs()).isEqualTo(438);
    assertThat(LossReduction.PER_TOKEN.scale(TOKENS, 0, 0)).isEqualTo(1 / 16.0);
    assertThat(LossReduction.PER_TOKEN.scale(TOKENS, 1, 0)).isEqualTo(1 / 16.0);
  }

  @Test
  void everyMicroBatchOfAllReplicasWeighsTheSame() {
    assertThat(LossReduction.MICRO_MEAN.scale(TOKENS, 0, 0)).isEqualTo(1 / 8.0);
    assertThat(LossReduction.MICRO_MEAN.scale(TOKENS, 1, 0)).isEqualTo(1 / 8.0);
    assertThat(LossReduction.MICRO_MEAN.scale(TOKENS, 0, 1)).isEqualTo(1 / 24.0);
  }

  @Test
  void everyMicroBatchOfEachReplicaWeighsTheSame() {
    assertThat(LossReduction.RANK_MICRO_MEAN.scale(TOKENS, 0, 0)).isEqualTo(1 / 16.0);
    assertThat(LossReduction.RANK_MICRO_MEAN.scale(TOKENS, 0, 1)).isEqualTo(1 / 8.0);
    assertThat(LossReduction.RANK_MICRO_MEAN.scale(TOKENS, 1, 0)).isEqualTo(0.25).isFinite();
  }

  @Test
  void lossesOfMicroBatchesAreMeansOverTheirTokens() {
    MicroLosses losses = new MicroLosses(new double[] {8, 6, 0, 30}, TOKENS);
    assertThat(losses.microBatches()).isEqualTo(2);
    assertThat(losses.ofReplica(0, 0)).isEqualTo(2);
    assertThat(losses.ofReplica(1, 0)).isEqualTo(0);
    assertThat(losses.ofReplica(1, 1)).isEqualTo(3);
    assertThat(losses.ofAll(0)).isEqualTo(2);
    assertThat(losses.ofAll(1)).isEqualTo(3);
    assertThat(losses.total(LossReduction.PER_TOKEN)).isEqualTo(44 / 16.0);
    assertThat(losses.total(LossReduction.MICRO_MEAN)).isEqualTo(2.5);
  }

  @Test
  void allAreTheSameWhereEveryTokenIsTrained() {
    TokenCounts full = new TokenCounts(new long[] {9, 9, 45, 9, 9, 45, 9, 9, 45, 9, 9, 45}, 2, 2);
    for (LossReduction reduction : LossReduction.values()) {
      assertThat(reduction.scale(full, 1, 1)).isCloseTo(1 / 36.0, within(1e-18));
    }
  }
}
