// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.DType;
import dev.loam.tensor.HeapArena;
import dev.loam.tensor.Shape;
import org.junit.jupiter.api.Test;

final class KeyValueCacheTest {
  @Test
  void growsToItsCapacity() {
    KeyValueCache cache = new KeyValueCache(new HeapArena(), DType.F32, 2, 5, 3, 4);
    cache.advance(4);
    assertThat(cache.length()).isEqualTo(4);
    assertThat(cache.keys(1, 1, 3).shape()).isEqualTo(Shape.of(3, 3, 4));
    assertThat(cache.keys(1, 1, 3).storage()).isNotSameAs(cache.values(1, 1, 3).storage());
    assertThatThrownBy(() -> cache.advance(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a cache of 5 tokens holds 4, no room for 2");
    cache.clear();
    cache.advance(5);
    assertThat(cache.length()).isEqualTo(5);
  }
}
