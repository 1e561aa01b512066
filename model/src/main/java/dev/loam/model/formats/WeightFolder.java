// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.model.Qwen3Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Open weights of a model, whatever their format.
 *
 * @param format the form they are stored in
 * @param path the folder they are in, which may be one inside the folder that was named
 * @param config the model they are for
 * @param weights the model's parameters under their Hugging Face names; a tied model may have its
 *     head as well
 * @param companions folders in which the tokenizer's files may be, the nearest first
 */
public record WeightFolder(
    WeightFormat format, Path path, Qwen3Config config, TensorSource weights, List<Path> companions)
    implements AutoCloseable {

  private static final int SHOWN_FILES = 8;

  /** Copies the list. */
  public WeightFolder {
    companions = List.copyOf(companions);
  }

  /**
   * Opens a folder: one in the format of Hugging Face, Megatron or MindSpore Transformers, one
   * checkpoint of Loam, a folder of checkpoints, or the output folder of a run (its newest complete
   * checkpoint, else its exported model).
   *
   * @param config the model; without, {@code config.json} is looked for in the checkpoint or beside
   *     the weights
   * @throws CheckpointException if nothing is recognised or it cannot be used
   * @throws dev.loam.model.ModelConfigException if {@code config.json} cannot be used
   */
  public static WeightFolder open(Path folder, Optional<Qwen3Config> config) {
    WeightLocation found = WeightLocation.find(folder).orElseThrow(() -> unknown(folder));
    Path path = found.folder();
    List<Path> companions = new ArrayList<>(List.of(path, folder));
    Qwen3Config model =
        config.orElseGet(
            () -> {
              Path file = configFile(found);
              companions.add(file.resolveSibling("."));
              return Qwen3Config.read(file);
            });
    if (found.format() == WeightFormat.LOAM) {
      companions.add(path.resolveSibling("."));
    }
    companions.add(folder.resolve("model"));
    return new WeightFolder(found.format(), path, model, source(found, model), companions);
  }

  private static Path configFile(WeightLocation found) {
    return switch (found.format()) {
      case HUGGING_FACE -> found.folder().resolve(ConfigFile.NAME);
      case LOAM -> checked(found.folder());
      case MEGATRON, MINDFORMERS -> ConfigFile.find(found.folder());
    };
  }

  /** The configuration in a checkpoint, once its digest has been compared. */
  private static Path checked(Path checkpoint) {
    try (Checkpoint open = Checkpoint.open(checkpoint)) {
      if (open.text(ConfigFile.NAME).isEmpty()) {
        throw new CheckpointException(
            checkpoint + ": has no " + ConfigFile.NAME + "; give one with --model-config DIR");
      }
      return checkpoint.resolve(ConfigFile.NAME);
    }
  }

  private static TensorSource source(WeightLocation found, Qwen3Config config) {
    return switch (found.format()) {
      case HUGGING_FACE -> SafetensorsFolder.open(found.folder());
      case MEGATRON -> MegatronWeights.open(found.folder(), config);
      case MINDFORMERS -> MindFormersWeights.open(found.folder(), config);
      case LOAM -> weightsOf(Checkpoint.open(found.folder()));
    };
  }

  private static TensorSource weightsOf(Checkpoint checkpoint) {
    return checkpoint.only(checkpoint.weights()::contains);
  }

  private static CheckpointException unknown(Path folder) {
    String found = "it is no folder";
    if (Files.isDirectory(folder)) {
      List<String> names =
          Folders.list(folder).stream().limit(SHOWN_FILES).map(Folders::name).toList();
      found = names.isEmpty() ? "it is empty" : "it holds " + String.join(", ", names);
    }
    return new CheckpointException(
        "%s: no weights are found (%s); expected model.safetensors or its index (Hugging Face), iteration_NNNNNNNN/manifest.json (Loam), mp_rank_NN/model_optim_rng.pt (Megatron), or rank_N/*.safetensors or param_name_map.json (MindFormers)"
            .formatted(folder, found));
  }

  @Override
  public void close() {
    weights.close();
  }
}
