// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.CheckpointSave;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.SoloGroup;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes weights as a checkpoint of step 0, without moments. */
final class LoamWriter {
  private static final int BLOCK = 1 << 16;

  private final TensorSource weights;
  private final Optional<SafetensorsType> dtype;
  private final Arena arena;
  private final ConversionMemory memory;

  LoamWriter(TensorSource weights, Optional<SafetensorsType> dtype, Arena arena) {
    this.weights = weights;
    this.dtype = dtype;
    this.arena = arena;
    this.memory = new ConversionMemory(arena);
  }

  void write(Path folder, Map<String, Shape> tensors, Qwen3Config config) {
    List<TensorPiece> pieces = new ArrayList<>();
    tensors.forEach((name, shape) -> pieces.add(piece(name, shape)));
    String type = WeightTypes.huggingFaceName(type(ModelTensors.EMBEDDING));
    Map<String, String> texts = Map.of(ConfigFile.NAME, config.toJson(type));
    try (CheckpointSave save =
        CheckpointSave.begin(
            new CheckpointFolder(folder), SoloGroup.of(), arena, 0, pieces, List.of())) {
      save.write();
      save.publish(Map.of(), texts);
    }
  }

  private TensorPiece piece(String name, Shape shape) {
    DType read = WeightTypes.memory(List.of(weights.type(name)), type(name));
    DType stored = type(name) == SafetensorsType.BF16 ? DType.BF16 : read;
    memory.plan(read, shape);
    memory.plan(stored, shape);
    Slice all = Slice.whole(shape);
    return TensorPiece.deferred(
        name,
        all,
        stored,
        () -> {
          Tensor values = memory.take(read, shape);
          weights.read(name, all, values);
          return read == stored ? values : rounded(values, memory.take(stored, shape));
        });
  }

  private static Tensor rounded(Tensor values, Tensor narrow) {
    Tensor from = values.view(values.elements());
    Tensor to = narrow.view(narrow.elements());
    for (long at = 0; at < from.elements(); at += BLOCK) {
      long n = Math.min(BLOCK, from.elements() - at);
      to.rows(at, n).set(from.rows(at, n).toFloats());
    }
    return narrow;
  }

  /** Checkpoints hold what computation has types for. */
  private SafetensorsType type(String name) {
    SafetensorsType type = dtype.orElseGet(() -> weights.type(name));
    return type == SafetensorsType.F16 ? SafetensorsType.F32 : type;
  }
}
