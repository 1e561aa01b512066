// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SplitSelectionTest {
  /** Of a split of 205 records that begins at record 10. */
  @ParameterizedTest
  @CsvSource({
    "train, 10, 215",
    "train[:], 10, 215",
    "train[:100], 10, 110",
    "train[100:], 110, 215",
    "train[-5:], 210, 215",
    "train[:-5], 10, 210",
    "train[:999], 10, 215",
    "train[300:], 215, 215",
    "train[-999:7], 10, 17",
    "train[50:20], 60, 60",
    "train[:10%], 10, 30", // 20.5 rounds to even
    "train[10%:30%], 30, 72",
    "train[-10%:], 195, 215",
    "train[:-100%], 10, 10",
    "train[50:10%], -1, -1",
    "train[:101%], -1, -1",
  })
  void slices(String text, int from, int to) {
    if (from < 0) {
      assertThat(SplitSelection.parse(text)).isEmpty();
      return;
    }
    SplitSelection selection = SplitSelection.parse(text).orElseThrow();
    assertThat(selection.parts()).hasSize(1);
    assertThat(selection.parts().get(0).split()).isEqualTo("train");
    assertThat(selection.parts().get(0).of(new int[] {10, 215})).containsExactly(from, to);
  }

  @Test
  void sums() {
    SplitSelection selection = SplitSelection.parse("train[:2] + test.a-b+train").orElseThrow();
    assertThat(selection.parts())
        .extracting(SplitSelection.Part::split)
        .containsExactly("train", "test.a-b", "train");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "train[", "train[1]", "train[a:]", "tr ain", "train[:1.5]"})
  void nonsense(String text) {
    assertThat(SplitSelection.parse(text)).isEmpty();
  }
}
