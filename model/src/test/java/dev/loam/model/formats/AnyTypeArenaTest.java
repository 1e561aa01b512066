// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors of all types out of memory for one. */
class AnyTypeArenaTest {
  @ParameterizedTest
  @EnumSource(DType.class)
  void everyWindowIsWhatWasSet(DType dtype) {
    Arena words = PlainArena.likeAnEngine();
    Arena arena = new AnyTypeArena(words);
    Tensor tensor = arena.allocate(dtype, 3, 3);
    assertThat(tensor.dtype()).isEqualTo(dtype);
    if (dtype.isFloating()) {
      tensor.set(1, 2, 3, 4, 5, 6, 7, 8, 9);
    } else {
      tensor.set(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
    }
    for (int first = 0; first < 9; first++) {
      for (int count = 0; count <= 9 - first; count++) {
        double[] part = tensor.view(9).rows(first, count).toDoubles();
        assertThat(part).hasSize(count);
        for (int i = 0; i < count; i++) {
          assertThat(part[i]).isEqualTo(first + i + 1);
        }
      }
    }
    assertThat(arena.allocatedBytes()).isBetween(9L * dtype.bytes(), 9L * dtype.bytes() + 3);
  }
}
