// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.lora.LoraModule;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraNames;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.peft.AdapterConfig;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** Adapters of random numbers, of which both matrices have an effect. */
final class RandomAdapter {
  private RandomAdapter() {}

  /**
   * Writes one.
   *
   * @param size numbers are between this and its negative
   */
  static Path write(Path folder, Path model, LoraOptions options, double size) {
    LoraModules modules = new LoraModules(Qwen3Config.read(model.resolve("config.json")));
    SplittableRandom random = new SplittableRandom(String.valueOf(folder.getFileName()).hashCode());
    int rank = options.rank();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (LoraModule module : modules.select(options.targets())) {
      boolean fused = options.targets().fused();
      String first = fused ? LoraNames.fused(module.name()) : module.name();
      boolean embedding = module.kind() == LoraModule.Kind.EMBEDDING;
      long inputs = module.inputs();
      tensors.computeIfAbsent(
          LoraNames.a(first),
          name ->
              embedding ? random(random, size, inputs, rank) : random(random, size, rank, inputs));
      tensors.put(LoraNames.b(module.name()), random(random, size, module.outputs(), rank));
    }
    AdapterFolder.write(folder, AdapterConfig.of(options, modules, Optional.empty()), tensors);
    return folder;
  }

  private static Tensor random(SplittableRandom random, double size, long rows, long columns) {
    return HostMemory.allocate(DType.F32, rows, columns)
        .set(random.doubles(rows * columns, -size, size).toArray());
  }
}
