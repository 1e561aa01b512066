// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.checkpoint.torch.TorchDict;
import dev.loam.checkpoint.torch.TorchFile;
import dev.loam.checkpoint.torch.TorchScalar;
import dev.loam.checkpoint.torch.TorchTensor;
import dev.loam.checkpoint.torch.TorchWriter;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** A Megatron checkpoint of tiny weights, and its files opened up. */
record MegatronTree(Path folder, TinyWeights weights) {
  private static final PlainArena ARENA = new PlainArena();

  static MegatronTree write(Path folder, TinyWeights weights, int tp, int pp) {
    Path source = weights.huggingFace(folder.resolve("hf"));
    Path target = folder.resolve("megatron");
    try (SafetensorsFolder huggingFace = SafetensorsFolder.open(source)) {
      MegatronWeights.write(
          target, huggingFace, weights.config(), tp, pp, Optional.empty(), new PlainArena());
    }
    return new MegatronTree(target, weights);
  }

  Path iteration() {
    return folder.resolve("iter_0000001");
  }

  Path file(String rank) {
    return iteration().resolve(rank).resolve("model_optim_rng.pt");
  }

  /** The state dict of a file, in float32. */
  Map<String, Tensor> stateDict(String rank) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (TorchFile file = TorchFile.open(file(rank))) {
      TorchDict model = (TorchDict) ((TorchDict) file.root()).get("model").orElseThrow();
      model
          .named()
          .forEach(
              (name, value) -> {
                TorchTensor tensor = (TorchTensor) value;
                Tensor values = ARENA.allocate(DType.F32, tensor.shape().toArray());
                file.read(name, tensor, Slice.whole(tensor.shape()), values);
                tensors.put(name, values);
              });
    }
    return tensors;
  }

  /** Writes a file again after a change. */
  void change(String rank, Consumer<Map<String, Tensor>> change) {
    Map<String, Tensor> tensors = stateDict(rank);
    change.accept(tensors);
    write(file(rank), Map.of("model", tensors), 3.0);
  }

  static void write(Path file, Map<String, Map<String, Tensor>> stateDicts, double version) {
    Map<String, List<NamedTensor>> named = new LinkedHashMap<>();
    stateDicts.forEach(
        (key, tensors) ->
            named.put(
                key,
                tensors.entrySet().stream()
                    .map(t -> NamedTensor.of(t.getKey(), t.getValue()))
                    .toList()));
    TorchWriter.write(file, named, Map.of("checkpoint_version", new TorchScalar.Real(version)));
  }

  /** What a map has for a key, which it must have. */
  static <K, V> V of(Map<K, V> map, K key) {
    return Objects.requireNonNull(map.get(key), () -> "nothing for " + key);
  }
}
