// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CuSeqlensTest {
  @Test
  void describesDocuments() {
    CuSeqlens documents = CuSeqlens.of(0, 3, 3, 7);
    assertThat(documents.documents()).isEqualTo(3);
    assertThat(documents.tokens()).isEqualTo(7);
    assertThat(documents.start(1)).isEqualTo(3);
    assertThat(documents.length(1)).isZero();
    assertThat(documents.length(2)).isEqualTo(4);
    assertThat(documents.toArray()).containsExactly(0, 3, 3, 7);
    assertThat(documents.attendedPairs()).isEqualTo(1 + 2 + 3 + 1 + 2 + 3 + 4);
    assertThat(documents).isEqualTo(CuSeqlens.of(0, 3, 3, 7)).hasToString("[0, 3, 3, 7]");
  }

  @Test
  void rowsAreEqualDocuments() {
    assertThat(CuSeqlens.rows(3, 4)).isEqualTo(CuSeqlens.of(0, 4, 8, 12));
    assertThatThrownBy(() -> CuSeqlens.rows(3, 1 << 30)).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void keepsItsOwnCopy() {
    int[] starts = {0, 2};
    CuSeqlens documents = CuSeqlens.of(starts);
    starts[1] = 9;
    documents.toArray()[1] = 9;
    assertThat(documents.tokens()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "1,2", "0,3,2", "0,-1"})
  void mustAscendFromZero(String starts) {
    int[] values =
        Arrays.stream(starts.split(","))
            .filter(s -> !s.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    assertThatThrownBy(() -> CuSeqlens.of(values))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must ascend from 0");
  }
}
