// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.Layout;
import dev.loam.tensor.Arena;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checkpoints of Megatron-core in the {@code torch} format, as Megatron-LM and MindSpeed-LLM write
 * and convert them: {@code latest_checkpointed_iteration.txt} and, for each tensor-parallel rank XX
 * and pipeline stage YYY, {@code iter_0000001/mp_rank_XX_YYY/model_optim_rng.pt}, without {@code
 * _YYY} where there is one stage. Only weights are read and written.
 *
 * <p>Fused tensors are taken apart and put together on the way: {@code linear_qkv} holds for each
 * key/value head its query heads, the key head and the value head; {@code linear_fc1} each rank's
 * rows of the gate above its rows of the up projection. The embedding may have more rows than the
 * vocabulary.
 */
public final class MegatronWeights {
  private MegatronWeights() {}

  /**
   * Whether a folder looks like a checkpoint of Megatron: it has a {@code
   * latest_checkpointed_iteration.txt} or {@code mp_rank_*} folders.
   */
  public static boolean isMegatron(Path folder) {
    return MegatronFolder.looksLikeOne(folder);
  }

  /**
   * Opens a checkpoint as the weights of a Hugging Face model. The number of ranks and stages is
   * read from the folders' names, the layers of each stage from its tensors, so that any division
   * into consecutive layers is understood, interleaved ones ({@code model0}, {@code model1}, ...)
   * included. Norms may be fused with the linear layers behind them, as Transformer Engine does. Of
   * a tied embedding the first stage's copy is read.
   *
   * <p>Nothing is held in memory: slices are read from the files when they are asked for. Several
   * threads may read at once, into different tensors.
   *
   * @param folder one with {@code latest_checkpointed_iteration.txt}, one of an iteration, or any
   *     other with {@code mp_rank_*} folders
   * @throws dev.loam.checkpoint.CheckpointException if the folder is none or incomplete, a file is
   *     damaged, or tensors are missing, unknown or of other shapes than the model's; with all
   *     differences
   */
  public static TensorSource open(Path folder, Qwen3Config config) {
    return new MegatronOpener(MegatronFolder.find(folder), config).open();
  }

  /**
   * Writes a checkpoint of iteration 1. Missing rows of the embedding repeat the last one where the
   * ranks do not divide the vocabulary; a tied embedding is repeated on the last of several stages.
   * The iteration's folder appears complete or not at all; {@code
   * latest_checkpointed_iteration.txt} is written last.
   *
   * @param folder where to; it must have no {@code iter_0000001} yet
   * @param weights under the names of Hugging Face
   * @param tensorParallel ranks that share each layer
   * @param pipelineStages ranks that share the layers, the earliest of which get a remainder
   * @param dtype the type to store; nothing to keep the types of the weights
   * @param arena for scratch memory, at most that of the largest tensor of a rank
   * @throws dev.loam.checkpoint.CheckpointException if the model cannot be divided so, weights are
   *     not those of the model, or reading or writing fails
   */
  public static void write(
      Path folder,
      TensorSource weights,
      Qwen3Config config,
      int tensorParallel,
      int pipelineStages,
      Optional<SafetensorsType> dtype,
      Arena arena) {
    Layout layout = Layout.of(1, tensorParallel, pipelineStages);
    new MegatronWriter(weights, config, layout, dtype, arena).write(folder);
  }
}
