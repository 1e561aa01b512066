// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GptOptionsTest {
  @Test
  void refusesImpossibleValues() {
    assertThatThrownBy(() -> GptOptions.builder(0).build()).hasMessageContaining("seq_length is 0");
    assertThatThrownBy(() -> GptOptions.builder(1).randomSeed(-1).build())
        .hasMessageContaining("random_seed is -1");
    assertThatThrownBy(
            () -> GptOptions.builder(1).interDocumentMasking(true).resetPositionIds(true).build())
        .hasMessageContaining("inter_document_masking");
  }
}
