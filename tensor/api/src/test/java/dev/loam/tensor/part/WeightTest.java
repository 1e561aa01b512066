// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.DType;
import dev.loam.tensor.HeapArena;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WeightTest {
  private final Tensor value = new HeapArena().allocate(DType.F32, 5, 2);

  private Parameter rows(String name, long start, long count, boolean trainable) {
    Tensor part = value.rows(start, count);
    return new Parameter(name, part.shape(), Slice.whole(part.shape()), part, trainable, true);
  }

  @Test
  void stacksParametersByRows() {
    Parameter gate = rows("gate", 0, 2, true);
    Parameter up = rows("up", 2, 3, true);
    Weight weight = new Weight(value, List.of(gate, up));
    Tensor moments = new HeapArena().allocate(DType.F32, 5, 2);
    Tensor ofUp = weight.partOf(moments, up);
    assertThat(ofUp.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(ofUp.offset()).isEqualTo(4);
    assertThatThrownBy(() -> weight.partOf(moments, rows("other", 0, 1, true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("other is not part of this weight");
  }

  @Test
  void parametersMustCoverItAndBeTreatedAlike() {
    assertThatThrownBy(() -> new Weight(value, List.of(rows("gate", 0, 2, true))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gate");
    assertThatThrownBy(
            () -> new Weight(value, List.of(rows("gate", 0, 2, true), rows("up", 2, 3, false))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
