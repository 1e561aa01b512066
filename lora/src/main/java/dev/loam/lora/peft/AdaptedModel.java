// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.lora.LoraAdapters;
import dev.loam.lora.LoraModules;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Models with adapters, from folders and to folders. */
public final class AdaptedModel {
  private AdaptedModel() {}

  /**
   * Loads a Hugging Face folder and beside it, not merged, an adapter in PEFT's format. The caller
   * closes the model.
   *
   * @param headChunkRows how many rows of logits exist at once, at least 1
   * @throws dev.loam.checkpoint.CheckpointException if the adapter is not for the model
   */
  public static Qwen3Model open(ComputeLease lease, Path model, Path adapter, int headChunkRows) {
    Qwen3Config config = Qwen3Config.read(model.resolve("config.json"));
    try (AdapterFolder folder = AdapterFolder.open(adapter, new LoraModules(config))) {
      Qwen3Model adapted = LoraAdapters.allocate(lease, config, headChunkRows, folder.options());
      try {
        adapted.load(model);
        LoraAdapters.of(adapted, folder.options()).load(folder.tensors());
        return adapted;
      } catch (RuntimeException | Error e) {
        adapted.close();
        throw e;
      }
    }
  }

  /**
   * Writes the adapters of a model in PEFT's format; what was in the folder is replaced. All ranks
   * call it, on their compute threads.
   *
   * @param base the model they were trained for, if it is somewhere
   */
  public static void save(
      Qwen3Model model, LoraAdapters adapters, Path folder, Optional<Path> base) {
    try (Arena arena = model.lease().newArena(Device.cpu())) {
      Map<String, Tensor> whole = new LinkedHashMap<>();
      adapters.gather(
          (entry, values) -> {
            Tensor copy = arena.allocate(values.dtype(), entry.shape().toArray());
            model.lease().run(() -> model.lease().kernels().copy(values, copy));
            whole.put(entry.name(), copy);
          });
      if (model.groups().world().rank() == 0) {
        AdapterConfig config =
            AdapterConfig.of(
                adapters.options(), new LoraModules(model.config()), base.map(Path::toString));
        delete(folder);
        AdapterFolder.write(folder, config, whole);
      }
    }
    model.groups().world().barrier("export of the adapters").await();
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be replaced: " + e.getMessage(), e);
    }
  }
}
