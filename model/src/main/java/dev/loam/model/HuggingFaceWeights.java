// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.checkpoint.safetensors.ShardedWriter;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Weights of a model as Hugging Face keeps them. */
final class HuggingFaceWeights {
  private HuggingFaceWeights() {}

  /**
   * Reads the slices of all parameters that are here. A tied model may store its head as well,
   * which is then the embedding once more; any other difference in names or shapes is refused, all
   * of them in one message.
   */
  static void load(TensorSource source, Qwen3Model model) {
    check(source, model.config());
    Map<String, Parameter> parameters = model.parameters();
    // In the source's order, which is that of its files.
    for (String name : source.names()) {
      Parameter parameter = parameters.get(name);
      if (parameter != null) {
        source.read(name, parameter.slice(), parameter.value());
      }
    }
  }

  /**
   * Checks names and shapes of stored weights.
   *
   * @throws ModelConfigException if they are not those of the model, with all differences
   */
  static void check(TensorSource source, Qwen3Config config) {
    List<String> problems = new ArrayList<>();
    Set<String> names = source.names();
    TreeSet<String> unknown = new TreeSet<>(names);
    unknown.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
    if (config.tiedEmbeddings()) {
      unknown.remove("lm_head.weight");
    }
    for (ParameterCatalog.Entry expected : new ParameterCatalog(config).entries()) {
      unknown.remove(expected.name());
      if (!names.contains(expected.name())) {
        problems.add("missing tensor " + expected.name());
        continue;
      }
      Shape shape = source.shape(expected.name());
      if (!shape.equals(expected.shape())) {
        problems.add(
            expected.name() + " has shape " + shape + ", config.json asks for " + expected.shape());
      }
    }
    unknown.forEach(name -> problems.add("tensor " + name + " is not part of the model"));
    if (!problems.isEmpty()) {
      throw new ModelConfigException(source.description(), problems);
    }
  }

  static void save(Qwen3Model model, Path folder, WeightType dtype) {
    SafetensorsType type =
        switch (dtype) {
          case FLOAT32 -> SafetensorsType.F32;
          case BFLOAT16 -> SafetensorsType.BF16;
        };
    try (Arena arena = model.lease().newArena(Device.cpu())) {
      List<ParameterCatalog.Entry> entries = new ParameterCatalog(model.config()).entries();
      WeightGathering gathering = new WeightGathering(model, arena, entries);
      List<NamedTensor> tensors =
          entries.stream()
              .map(
                  entry ->
                      NamedTensor.deferred(
                          entry.name(),
                          type,
                          entry.shape(),
                          model.lease().computeType(),
                          () -> gathering.whole(entry)))
              .toList();
      if (model.groups().world().rank() == 0) {
        create(folder);
        ShardedWriter.write(folder, tensors, ShardSize.DEFAULT);
        model.config().write(folder.resolve("config.json"), dtype.huggingFaceName());
      } else {
        ShardedWriter.order(tensors, ShardSize.DEFAULT).forEach(gathering::contribute);
      }
    }
    model.groups().world().barrier("export of the model").await();
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
    }
  }
}
