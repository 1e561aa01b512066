// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.EngineUse;
import dev.loam.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is open is counted, and nothing is left of what was closed. */
final class EngineUseTest {
  @ParameterizedTest
  @ValueSource(strings = {"torch", "reference"})
  void whatIsOpenIsCounted(String name) {
    Engine engine = Engine.named(name);
    EngineUse before = engine.use();
    try (ComputeLease lease = engine.lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      assertThat(engine.use())
          .isEqualTo(new EngineUse(before.leases() + 1, before.arenas() + 1, before.tensors()));
      Tensor x = arena.allocate(lease.computeType(), 4, 2);
      Tensor y = arena.allocate(lease.computeType(), 4, 2);
      lease.run(() -> lease.kernels().fill(x, 1));
      lease.run(() -> lease.kernels().copy(x.rows(1, 2), y.rows(2, 2)));
      assertThat(y.window(4, 1).hasRemaining()).isTrue();
      Tensor sums = arena.allocate(DType.F64, 2);
      lease.run(() -> lease.kernels().sumOfSquares(List.of(x, y), sums));
      assertThat(engine.use().tensors()).isGreaterThanOrEqualTo(before.tensors() + 3);
    }
    assertThat(engine.use()).isEqualTo(before);
  }
}
