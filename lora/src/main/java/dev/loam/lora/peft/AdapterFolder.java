// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraOptions;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An adapter as PEFT stores it: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 *
 * @param path the folder
 * @param config what it says of itself
 * @param tensors its matrices under the names they have in a model: {@code MODULE.lora_A.weight}
 *     [rank, inputs] and {@code MODULE.lora_B.weight} [outputs, rank]; the first of the embedding
 *     is [vocabulary, rank]. Never fused
 */
public record AdapterFolder(Path path, AdapterConfig config, TensorSource tensors)
    implements AutoCloseable {

  static final String WEIGHTS = "adapter_model.safetensors";

  /**
   * Opens an adapter and checks that it belongs to a model.
   *
   * @param modules those of the model
   * @throws CheckpointException if it is missing, damaged, of a kind that is not supported, or not
   *     for this model; all problems at once
   */
  public static AdapterFolder open(Path folder, LoraModules modules) {
    Path file = folder.resolve(AdapterConfig.NAME);
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(missing(folder));
    }
    AdapterConfig config = AdapterConfig.read(file);
    Path weights = folder.resolve(WEIGHTS);
    if (!Files.isRegularFile(weights)) {
      throw new CheckpointException(
          folder
              + ": has no "
              + WEIGHTS
              + (Files.exists(folder.resolve("adapter_model.bin"))
                  ? " but adapter_model.bin; save it with PEFT's save_pretrained again"
                  : "; copy it again"));
    }
    SafetensorsFile open = SafetensorsFile.open(weights);
    try {
      AdapterCheck.check(open, config, modules);
      return new AdapterFolder(folder, config, new AdapterTensors(open));
    } catch (RuntimeException | Error e) {
      open.close();
      throw e;
    }
  }

  /**
   * The names of several adapters that PEFT stored together: subfolders that hold one each, by
   * name; the one called default is in the folder itself.
   */
  public static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside
          .filter(path -> Files.isRegularFile(path.resolve(AdapterConfig.NAME)))
          .map(path -> String.valueOf(path.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be listed: " + e, e);
    }
  }

  private static String missing(Path folder) {
    List<String> names = names(folder);
    if (!Files.isDirectory(folder)) {
      return folder + ": no such folder; name that of an adapter";
    }
    return folder
        + ": has no "
        + AdapterConfig.NAME
        + (names.isEmpty()
            ? "; name the folder of an adapter"
            : "; it holds several adapters, name the folder of one: " + String.join(", ", names));
  }

  /** What the adapter does. */
  public LoraOptions options() {
    return config.options();
  }

  /**
   * Writes an adapter that PEFT loads, in float32. The folder appears complete or not at all.
   *
   * @param folder absent or empty
   * @param config has the adapters' rank and targets
   * @param tensors whole matrices under the names they have in a model, see {@link #tensors}; a
   *     first matrix that several modules share ({@code linear_qkv}, {@code linear_fc1}) is copied
   *     to each of those with a second
   * @throws IllegalArgumentException if the tensors are not pairs of this rank
   * @throws CheckpointException if the folder is in use or cannot be written
   */
  public static void write(Path folder, AdapterConfig config, Map<String, Tensor> tensors) {
    AdapterWriter.write(folder, config, tensors);
  }

  @Override
  public void close() {
    tensors.close();
  }
}
