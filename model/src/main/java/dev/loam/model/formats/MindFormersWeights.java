// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Weights of MindSpore Transformers: whole tensors in the safetensors files of one folder ({@code
 * unified_safetensors}, optionally with {@code param_name_map.json}), or the parts of all ranks in
 * {@code rank_<r>/<prefix>_rank_<r>-<epoch>_<step>.safetensors}, of which the newest complete step
 * is read. {@code linear_qkv} is grouped by key/value head as in Megatron, {@code linear_fc1} has
 * the rows of gate and up in turns; projections that are not fused are read too.
 *
 * <p>How many tensor-parallel ranks there were follows from shapes; stages and replicas need not be
 * known. Parameters that were divided among data-parallel ranks as well are refused.
 */
public final class MindFormersWeights {
  private MindFormersWeights() {}

  /** Whether a folder looks like such weights; its files may still turn out to be damaged. */
  public static boolean isMindFormers(Path folder) {
    return RankFolders.isAt(folder) || isWhole(folder);
  }

  private static boolean isWhole(Path folder) {
    List<Path> files = Folders.files(folder, WholeFiles.SUFFIX);
    if (files.isEmpty()) {
      return false;
    }
    return Files.exists(folder.resolve(WholeFiles.MAP))
        || files.stream().anyMatch(f -> hasWeights(f));
  }

  private static boolean hasWeights(Path path) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      return file.entries().keySet().stream().anyMatch(MindFormersNames::isWeight);
    } catch (CheckpointException e) {
      return false; // whoever opens it will be told
    }
  }

  /**
   * Opens weights under their Hugging Face names. No model-sized memory is taken.
   *
   * @throws CheckpointException if no step is complete, a file is damaged, or names or shapes are
   *     not those of the model
   */
  public static TensorSource open(Path folder, Qwen3Config config) {
    TensorSource stored =
        RankFolders.isAt(folder)
            ? RankWeights.open(folder, new MindFormersNames(config))
            : WholeFiles.open(folder);
    try {
      return new MindFormersSource(stored, config);
    } catch (RuntimeException | Error e) {
      stored.close();
      throw e;
    }
  }

  /**
   * Writes whole tensors, fused, with {@code param_name_map.json} and {@code config.json}. A tied
   * model's head is left out.
   *
   * @param folder where to; exists
   * @param weights has the model's parameters under their Hugging Face names
   * @param dtype the type to store; without, that of the weights
   * @param arena gives memory for the largest tensor
   */
  public static void write(
      Path folder,
      TensorSource weights,
      Qwen3Config config,
      Optional<SafetensorsType> dtype,
      Arena arena) {
    new MindFormersWriter(weights, config, dtype, arena).write(folder, ShardSize.DEFAULT);
  }
}
