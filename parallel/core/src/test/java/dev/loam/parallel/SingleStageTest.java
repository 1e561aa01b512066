// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Arena;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SingleStageTest {
  private final List<String> calls = new ArrayList<>();
  private final Arena arena = new HeapArena();
  private final FakeLease lease = new FakeLease();
  private final FakePart part = new FakePart(calls, true);
  private final Gradients gradients = new Gradients(arena, List.of(), weight -> {});

  private static MicroBatch batch(int tokens) {
    return new MicroBatch(
        new long[tokens], new long[tokens], new long[tokens], CuSeqlens.rows(1, tokens));
  }

  @Test
  void forwardHeadBackward() {
    SingleStage stage =
        SingleStage.training(lease, arena, part, 8, clock -> calls.add(clock.name()));
    assertThat(stage.forwardBackward(batch(5), 0.25, gradients)).isEqualTo(FakePart.LOSS);
    assertThat(calls)
        .containsExactly(
            "activations 8",
            "forward 5 training",
            "FORWARD",
            "head 5 scale 0.25",
            "HEAD",
            "backward 5",
            "BACKWARD");
  }

  @Test
  void lossWithoutGradients() {
    SingleStage stage = SingleStage.inference(lease, arena, part, 8);
    assertThat(stage.loss(batch(8))).isEqualTo(FakePart.LOSS);
    assertThat(calls).containsExactly("inference activations 8", "forward 8", "loss 8");
  }

  @Test
  void aStageForInferenceHasNoBackward() {
    SingleStage stage = SingleStage.inference(lease, arena, part, 8);
    assertThatThrownBy(() -> stage.forwardBackward(batch(4), 1, gradients))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("forward passes alone");
    assertThat(calls).containsExactly("inference activations 8");
  }

  @Test
  void moreTokensThanThereIsRoomFor() {
    SingleStage stage = SingleStage.training(lease, arena, part, 8, StepClock.none());
    String message = "a micro batch of 9 tokens for a stage of at most 8";
    assertThatThrownBy(() -> stage.forwardBackward(batch(9), 1, gradients))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> stage.loss(batch(9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(calls).containsExactly("activations 8");
  }

  @Test
  void aPartWithoutAHeadIsNotTheWholeModel() {
    assertThatThrownBy(() -> SingleStage.inference(lease, arena, new FakePart(calls, false), 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no head");
  }
}
