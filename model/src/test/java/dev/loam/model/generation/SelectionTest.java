// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SelectionTest {
  @Property
  void sameAsSorting(
      @ForAll @Size(min = 1, max = 60) int[] raw, @ForAll @IntRange(max = 59) int at) {
    float[] values = new float[raw.length + 1];
    for (int i = 0; i < raw.length; i++) {
      values[i] = raw[i] % 7; // many ties
    }
    values[raw.length] = Float.POSITIVE_INFINITY; // behind what is asked about
    int k = at % raw.length + 1;
    float[] sorted = Arrays.copyOf(values, raw.length);
    Arrays.sort(sorted);
    assertThat(Selection.largest(values, raw.length, k)).isEqualTo(sorted[raw.length - k]);
  }
}
