// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.model.formats.NewFolder;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the folder of an adapter. */
final class AdapterWriter {
  private AdapterWriter() {}

  static void write(Path folder, AdapterConfig config, Map<String, Tensor> tensors) {
    List<NamedTensor> named = named(config.rank(), tensors);
    NewFolder.write(
        folder,
        inside -> {
          SafetensorsWriter.write(
              inside.resolve(AdapterFolder.WEIGHTS), named, SafetensorsWriter.PYTORCH);
          Path file = inside.resolve(AdapterConfig.NAME);
          try {
            Files.writeString(file, config.toJson());
          } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be written: " + e, e);
          }
        });
  }

  private static List<NamedTensor> named(int rank, Map<String, Tensor> tensors) {
    List<NamedTensor> named = new ArrayList<>();
    int used = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      String name = tensor.getKey();
      if (name.endsWith(AdapterNames.A)) {
        for (String module : AdapterNames.users(AdapterNames.module(name))) {
          Tensor second = tensors.get(module + AdapterNames.B);
          if (second != null) {
            named.add(first(module, tensor.getValue(), rank));
            named.add(second(module, second, rank));
            used++;
          }
        }
      }
    }
    long seconds = tensors.keySet().stream().filter(n -> n.endsWith(AdapterNames.B)).count();
    long firsts = tensors.keySet().stream().filter(n -> n.endsWith(AdapterNames.A)).count();
    if (used == 0 || seconds != used || firsts + seconds != tensors.size()) {
      throw new IllegalArgumentException("no pairs of matrices: " + tensors.keySet());
    }
    return named;
  }

  private static NamedTensor first(String module, Tensor values, int rank) {
    boolean embedding = module.equals(AdapterNames.EMBEDDING);
    requireRank(module + AdapterNames.A, values, embedding ? 1 : 0, rank);
    String name = AdapterNames.stored(module, AdapterNames.A);
    return embedding
        ? NamedTensor.deferred(
            name,
            SafetensorsType.F32,
            Shape.of(rank, values.size(0)),
            DType.F32,
            () -> transposed(values))
        : NamedTensor.of(name, SafetensorsType.F32, values);
  }

  private static NamedTensor second(String module, Tensor values, int rank) {
    requireRank(module + AdapterNames.B, values, 1, rank);
    return NamedTensor.of(AdapterNames.stored(module, AdapterNames.B), SafetensorsType.F32, values);
  }

  private static void requireRank(String name, Tensor values, int dimension, int rank) {
    if (values.rank() != 2 || values.size(dimension) != rank) {
      throw new IllegalArgumentException(name + " " + values + " is not of rank " + rank);
    }
  }

  static Tensor transposed(Tensor values) {
    Tensor copy = HostMemory.allocate(DType.F32, values.size(1), values.size(0));
    return copy.set(values.transpose(0, 1).toFloats());
  }
}
