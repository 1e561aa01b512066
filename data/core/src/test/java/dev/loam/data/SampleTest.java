// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SampleTest {
  private static Sample withSegments(int... cuSeqlens) {
    return new Sample(
        new int[3], new int[3], new boolean[] {true, false, true}, new int[3], cuSeqlens);
  }

  @Test
  void countsTrainedTokens() {
    assertThat(withSegments(0, 3).trainedTokens()).isEqualTo(2);
  }

  @Test
  void refusesSegmentsThatDoNotCoverTheRow() {
    assertThatThrownBy(() -> withSegments(0, 2)).hasMessageContaining("from 0 to 3");
    assertThatThrownBy(() -> withSegments(1, 3)).hasMessageContaining("from 0 to 3");
    assertThatThrownBy(() -> withSegments(0, 2, 2, 3)).hasMessageContaining("strictly");
  }

  @Test
  void refusesArraysOfUnequalLength() {
    assertThatThrownBy(
            () -> new Sample(new int[3], new int[2], new boolean[3], new int[3], new int[] {0, 3}))
        .hasMessageContaining("3 tokens with 2 labels");
  }
}
