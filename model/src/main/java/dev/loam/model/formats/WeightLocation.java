// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where in a folder the weights are, and in which format.
 *
 * @param folder the folder given or one inside it
 */
record WeightLocation(WeightFormat format, Path folder) {
  private static final String CHECKPOINTS = "checkpoint";
  private static final String MODEL = "model";
  private static final String MANIFEST = "manifest.json";

  /** Looks in the folder itself, then in what a run leaves inside its output folder. */
  static Optional<WeightLocation> find(Path folder) {
    return at(folder).or(() -> at(folder.resolve(CHECKPOINTS))).or(() -> at(folder.resolve(MODEL)));
  }

  private static Optional<WeightLocation> at(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    if (Files.exists(folder.resolve(MANIFEST))) {
      return Optional.of(new WeightLocation(WeightFormat.LOAM, folder));
    }
    if (MegatronWeights.isMegatron(folder)) {
      return Optional.of(new WeightLocation(WeightFormat.MEGATRON, folder));
    }
    if (MindFormersWeights.isMindFormers(folder)) {
      return Optional.of(new WeightLocation(WeightFormat.MINDFORMERS, folder));
    }
    if (Files.exists(folder.resolve("model.safetensors"))
        || Files.exists(folder.resolve("model.safetensors.index.json"))) {
      return Optional.of(new WeightLocation(WeightFormat.HUGGING_FACE, folder));
    }
    return new CheckpointFolder(folder)
        .newest()
        .map(newest -> new WeightLocation(WeightFormat.LOAM, newest));
  }
}
