// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.DType;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class CutTest {
  @Property
  void coversTheRunInOrder(
      @ForAll @IntRange(max = 50) int start,
      @ForAll @IntRange(max = 500) int length,
      @ForAll @IntRange(min = 1, max = 60) int most) {
    Cut cut = new Cut(start, length, most);
    long next = start;
    for (int i = 0; i < cut.parts(); i++) {
      assertThat(cut.start(i)).isEqualTo(next);
      assertThat(cut.length(i)).isBetween(1L, (long) most);
      next += cut.length(i);
    }
    assertThat(next).isEqualTo(start + length);
  }

  @Test
  void chunksOfSumsKeepTheMemoryForThemWithinTheLimit() {
    Limits limits = Limits.DEFAULT;
    for (int ranks : new int[] {2, 8, 64, 500}) {
      long bytes = limits.chunkElements(DType.F32, ranks) * DType.F32.bytes();
      assertThat(2L * (ranks - 1) * bytes).isPositive().isLessThanOrEqualTo(limits.stagingBytes());
    }
    assertThat(limits.chunkElements(DType.F32, 2)).isEqualTo(limits.chunkBytes() / 4);
    assertThat(new Limits(1, 1, 1, 0).chunkElements(DType.F64, 8)).isEqualTo(1);
  }
}
