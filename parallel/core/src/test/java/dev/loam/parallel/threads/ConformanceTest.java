// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.SoloGroup;
import dev.loam.parallel.conformance.Conformance;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConformanceTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void threadRanks(int size) {
    conforms(size, World.CHUNK_BYTES);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void inManySmallChunks(int size) {
    conforms(size, 1000);
  }

  private static void conforms(int size, int chunkBytes) {
    Ranks.run(
        size,
        Ranks.LONG,
        chunkBytes,
        (world, arena) -> {
          Conformance.runAll(world, arena);
          return world.rank();
        });
    assertThat(Ranks.communicationThreads()).isEmpty();
  }

  @Test
  void aGroupOfOneWithoutThreads() {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      Conformance.runAll(SoloGroup.of(), arena);
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "loam.full", matches = "true")
  void beyondTwoGibibytes() {
    Ranks.run(
        2,
        (world, arena) -> {
          Conformance.huge().run(world, arena);
          return world.rank();
        });
  }
}
