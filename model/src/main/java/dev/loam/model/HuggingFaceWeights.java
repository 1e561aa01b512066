// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.checkpoint.safetensors.ShardedWriter;
import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Weights of a model as Hugging Face keeps them. */
final class HuggingFaceWeights {
  private HuggingFaceWeights() {}

  /**
   * Reads all parameters. A tied model may store its head as well, which is then the embedding once
   * more; any other difference in names or shapes is refused, all of them in one message.
   */
  static void load(Path folder, Qwen3Model model) {
    Map<String, Parameter> parameters = model.parameters();
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      List<String> problems = new ArrayList<>();
      TreeSet<String> unknown = new TreeSet<>(files.names());
      unknown.removeAll(parameters.keySet());
      unknown.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
      if (model.config().tiedEmbeddings()) {
        unknown.remove("lm_head.weight");
      }
      for (Parameter parameter : parameters.values()) {
        if (!files.names().contains(parameter.name())) {
          problems.add("missing tensor " + parameter.name());
          continue;
        }
        Shape shape = files.entry(parameter.name()).shape();
        if (!shape.equals(parameter.globalShape())) {
          problems.add(
              parameter.name()
                  + " has shape "
                  + shape
                  + ", config.json asks for "
                  + parameter.globalShape());
        }
      }
      unknown.forEach(name -> problems.add("tensor " + name + " is not part of the model"));
      if (!problems.isEmpty()) {
        throw new ModelConfigException(folder.toString(), problems);
      }
      for (Parameter parameter : parameters.values()) {
        files.read(parameter.name(), parameter.value());
      }
    }
  }

  static void save(Qwen3Model model, Path folder, WeightType dtype) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
    }
    SafetensorsType type =
        switch (dtype) {
          case FLOAT32 -> SafetensorsType.F32;
          case BFLOAT16 -> SafetensorsType.BF16;
        };
    List<NamedTensor> tensors =
        model.parameters().values().stream()
            .map(p -> NamedTensor.of(p.name(), type, p.value()))
            .toList();
    ShardedWriter.write(folder, tensors, ShardSize.DEFAULT);
    model.config().write(folder.resolve("config.json"), dtype.huggingFaceName());
  }
}
