// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Arena;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardPassTest {
  private final List<String> calls = new ArrayList<>();
  private final Arena arena = new HeapArena();
  private final FakeLease lease = new FakeLease();

  private static MicroBatch batch(int tokens) {
    return new MicroBatch(
        new long[tokens], new long[tokens], new long[tokens], CuSeqlens.rows(1, tokens));
  }

  private ForwardPass pass(boolean withHead) {
    return new ForwardPass(lease, arena, new FakePart(calls, withHead), 8);
  }

  @Test
  void lossWithoutGradients() {
    assertThat(pass(true).loss(batch(8))).isEqualTo(FakePart.LOSS);
    assertThat(calls).containsExactly("inference activations 8", "forward 8", "loss 8");
  }

  @Test
  void moreTokensThanThereIsRoomFor() {
    ForwardPass pass = pass(true);
    assertThatThrownBy(() -> pass.loss(batch(9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a micro batch of 9 tokens for a stage of at most 8");
    assertThat(calls).containsExactly("inference activations 8");
  }

  @Test
  void aPartWithoutAHeadIsNotTheWholeModel() {
    assertThatThrownBy(() -> pass(false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no head");
  }
}
