// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.tensor.Arena;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pipeline of one stage. */
class SingleStageTest {
  private final List<String> calls = new ArrayList<>();
  private final Arena arena = new HeapArena();
  private final FakeLease lease = new FakeLease();

  private final Gradients gradients = new Gradients(arena, List.of());
  private final Pipeline pipeline =
      Pipeline.single(
          1, new FakePart(calls, true), lease, arena, 8, clock -> calls.add(clock.name()));

  private static MicroBatch batch(int tokens) {
    return new MicroBatch(
        new long[tokens], new long[tokens], new long[tokens], CuSeqlens.rows(1, tokens));
  }

  @Test
  void forwardHeadBackward() {
    gradients.begin(1);
    assertThat(pipeline.run(List.of(batch(5)), new double[] {0.25}, gradients))
        .containsExactly(FakePart.LOSS);
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
  void moreTokensThanThereIsRoomFor() {
    assertThatThrownBy(() -> pipeline.run(List.of(batch(9)), new double[] {1}, gradients))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a micro batch of 9 tokens for a stage of at most 8");
    assertThat(calls).containsExactly("activations 8");
  }
}
