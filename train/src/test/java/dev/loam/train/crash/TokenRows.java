// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What is trained on. */
final class TokenRows {
  /** Below the vocabulary of the smallest model. */
  private static final int VOCABULARY = 30;

  private TokenRows() {}

  /** Writes the rows of all steps into a folder. */
  static Path write(Path folder) {
    Path file = folder.resolve("rows.safetensors");
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      long[] shape = {Scenario.STEPS, Scenario.ROWS, Scenario.TOKENS};
      long[] ids =
          new SplittableRandom(1)
              .longs(Scenario.STEPS * Scenario.ROWS * Scenario.TOKENS, 0, VOCABULARY)
              .toArray();
      SafetensorsWriter.write(
          file,
          List.of(
              NamedTensor.of("input_ids", arena.allocate(DType.I64, shape).set(ids)),
              NamedTensor.of("labels", arena.allocate(DType.I64, shape).set(ids))),
          Map.of());
    }
    return file;
  }
}
