// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A run of twelve small steps, two passes over six steps of four rows. */
final class TinyConfig {
  static final int STEPS = 12;

  private final Path folder;
  private final Path yaml;

  TinyConfig(Path folder) {
    this.folder = folder;
    this.yaml = folder.resolve("run.yaml");
    writeRows(folder.resolve("rows.safetensors"));
    try {
      Files.writeString(
          yaml,
          """
          output_dir: %s
          runner_config: {batch_size: 2, gradient_accumulation_steps: 2, epochs: 2}
          lr_schedule: {type: CosineWithWarmUpLR, learning_rate: 1e-2, warmup_steps: 3}
          model:
            model_config:
              {vocab_size: 30, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2,
               num_attention_heads: 2, head_dim: 8, max_position_embeddings: 8,
               tie_word_embeddings: True}
          train_dataset: {data_loader: {type: TokenFileDataLoader, path: %s}}
          """
              .formatted(output(), folder.resolve("rows.safetensors")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeRows(Path file) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Arena arena = lease.newArena(Device.cpu())) {
      long[] ids = new SplittableRandom(1).longs(6 * 4 * 8, 0, 30).toArray();
      SafetensorsWriter.write(
          file,
          List.of(
              NamedTensor.of("input_ids", arena.allocate(DType.I64, 6, 4, 8).set(ids)),
              NamedTensor.of("labels", arena.allocate(DType.I64, 6, 4, 8).set(ids))),
          Map.of());
    }
  }

  /** Where it is written to unless said otherwise. */
  Path output() {
    return folder.resolve("out");
  }

  TrainingConfig with(Map<String, String> overrides) {
    return TrainingConfig.read(yaml, overrides);
  }
}
