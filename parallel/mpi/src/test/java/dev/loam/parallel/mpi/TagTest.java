// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.DType;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TagTest {
  @Test
  void tellsMessagesApartAndFitsTheSmallestRangeOfOpenMpi() {
    Set<Integer> tags = new HashSet<>();
    int made = 0;
    for (DType dtype : DType.values()) {
      for (int tag : new int[] {0, 1, Tag.LIMIT - 1}) {
        tags.add(Tag.message(tag, dtype, true));
        tags.add(Tag.message(tag, dtype, false));
        made += 2;
      }
      for (Kind kind : Kind.values()) {
        for (long number : new long[] {0, 1, 4095}) {
          for (int lane = 0; lane < 4; lane++) {
            tags.add(Tag.collective(kind, dtype, number, lane));
            made++;
          }
        }
      }
    }
    assertThat(tags).hasSize(made).allMatch(tag -> tag >= 0 && tag < 1 << 21);
  }

  @Test
  void saysWhatAMessageBelongsTo() {
    assertThat(Tag.describe(Tag.message(77, DType.BF16, true)))
        .isEqualTo("a message of BF16 with tag 77");
    assertThat(Tag.describe(Tag.collective(Kind.ALL_GATHER, DType.F64, 4097, 3)))
        .isEqualTo("all-gather #1 of F64");
  }
}
