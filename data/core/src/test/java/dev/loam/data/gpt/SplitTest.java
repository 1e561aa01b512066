// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import org.junit.jupiter.api.Test;

class SplitTest {
  @Test
  void sharesAreNormalisedAndAddedUp() {
    assertThat(Split.TRAIN.of("70,20,10")).contains(new Split.Part(0, 0.7));
    assertThat(Split.VALID.of("70,20,10")).contains(new Split.Part(0.7, 0.8999999999999999));
    assertThat(Split.TEST.of("70,20,10"))
        .contains(new Split.Part(0.8999999999999999, 0.9999999999999999));
  }

  @Test
  void anEmptyShareIsNoPart() {
    assertThat(Split.TRAIN.of("1, 0, 0")).contains(Split.Part.ALL);
    assertThat(Split.VALID.of("1, 0, 0")).isEmpty();
    assertThat(Split.TEST.of("0.5 0.5")).isEmpty();
  }

  @Test
  void boundsAreRoundedHalfToEven() {
    assertThat(new Split.Part(0, 0.5).endOf(5)).isEqualTo(2);
    assertThat(new Split.Part(0.5, 1).firstOf(7)).isEqualTo(4);
  }

  @Test
  void refusesImpossibleParts() {
    assertThatThrownBy(() -> new Split.Part(0.5, 0.5)).hasMessageContaining("from 0.5 to 0.5");
    assertThatThrownBy(() -> new Split.Part(0, 1.5)).hasMessageContaining("to 1.5");
  }

  @Test
  void refusesUnusableShares() {
    for (String shares : new String[] {"", "0,0,0", "1.2.3", "1,2,3,4", "."}) {
      assertThatThrownBy(() -> Split.TRAIN.of(shares))
          .as(shares)
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("split \"" + shares + "\"");
    }
  }
}
