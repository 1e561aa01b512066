// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.DType;
import dev.loam.tensor.HeapArena;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GradientsTest {
  private final HeapArena arena = new HeapArena();
  private final Weight tied = weight("embedding", true);
  private final Weight linear = weight("linear", true);
  private final Weight frozen = weight("frozen", false);
  private final List<Weight> ready = new ArrayList<>();
  private final Gradients gradients =
      new Gradients(arena, List.of(tied, linear, frozen, tied), ready::add);

  private Weight weight(String name, boolean trainable) {
    Tensor value = arena.allocate(DType.F32, 2, 3);
    Parameter parameter =
        new Parameter(name, value.shape(), Slice.whole(value.shape()), value, trainable, true);
    return new Weight(value, List.of(parameter));
  }

  private List<Boolean> contribute(Weight weight) {
    List<Boolean> accumulated = new ArrayList<>();
    gradients.contribute(weight, (gradient, accumulate) -> accumulated.add(accumulate));
    return accumulated;
  }

  @Test
  void theFirstContributionOverwritesAndTheLastIsAnnounced() {
    for (int step = 0; step < 2; step++) {
      ready.clear();
      gradients.begin(2);
      assertThat(contribute(linear)).containsExactly(false);
      assertThat(ready).isEmpty();
      assertThat(contribute(linear)).containsExactly(true);
      assertThat(ready).containsExactly(linear);
      // A weight used twice has two contributions in each micro batch.
      assertThat(contribute(tied)).containsExactly(false);
      assertThat(contribute(tied)).containsExactly(true);
      assertThat(contribute(tied)).containsExactly(true);
      assertThat(ready).containsExactly(linear);
      assertThat(contribute(tied)).containsExactly(true);
      assertThat(ready).containsExactly(linear, tied);
      assertThat(gradients.all()).containsExactly(gradients.of(tied), gradients.of(linear));
    }
  }

  @Test
  void frozenWeightsHaveNone() {
    gradients.begin(1);
    assertThat(contribute(frozen)).isEmpty();
    assertThat(gradients.weights()).containsExactly(tied, linear);
    assertThatThrownBy(() -> gradients.of(frozen))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("frozen is not trained");
  }

  @Test
  void contributionsAreCounted() {
    gradients.begin(1);
    assertThatThrownBy(() -> gradients.of(tied))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("embedding: 0 of 2 contributions are in");
    assertThat(contribute(linear)).hasSize(1);
    assertThatThrownBy(() -> contribute(linear))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("all 1 contributions to linear are in already");
    assertThatThrownBy(gradients::all).isInstanceOf(IllegalStateException.class);
  }
}
