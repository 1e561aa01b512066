// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.checkpoint.safetensors.ShardedWriter;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A small model whose weights are arbitrary bits. */
record TinyWeights(Qwen3Config config, Map<String, Tensor> tensors) {
  private static final Arena ARENA = new PlainArena();
  static final String HEAD = "lm_head.weight";

  static Qwen3Config config(boolean tied) {
    SpecialTokens tokens = new SpecialTokens(OptionalInt.of(2), List.of(3, 5));
    return new Qwen3Config(24, 6, 10, 4, 4, 2, 4, 32, 1e6, 1e-6, 0.02, tied, tokens);
  }

  /** Arbitrary bits, NaNs included. */
  static TinyWeights random(Qwen3Config config, DType dtype) {
    SplittableRandom random = new SplittableRandom(7);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (ParameterCatalog.Entry entry : new ParameterCatalog(config).entries()) {
      Tensor tensor = ARENA.allocate(dtype, entry.shape().toArray());
      byte[] bits = new byte[(int) tensor.elements() * dtype.bytes()];
      random.nextBytes(bits);
      tensor.window(0, tensor.elements()).put(bits);
      tensors.put(entry.name(), tensor);
    }
    return new TinyWeights(config, tensors);
  }

  /** Every element is another small whole number, which every type holds. */
  static TinyWeights counted(Qwen3Config config) {
    TinyWeights weights = random(config, DType.F32);
    int next = 0;
    for (Tensor tensor : weights.tensors().values()) {
      float[] values = new float[(int) tensor.elements()];
      for (int i = 0; i < values.length; i++) {
        values[i] = next++ % 2039;
      }
      tensor.set(values);
    }
    return weights;
  }

  Tensor get(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** The head of a tied model, stored as well. */
  TinyWeights withRedundantHead() {
    Map<String, Tensor> more = new LinkedHashMap<>(tensors);
    more.put(HEAD, get("model.embed_tokens.weight"));
    return new TinyWeights(config, more);
  }

  /** Writes a Hugging Face folder. */
  Path huggingFace(Path folder, SafetensorsType type, ShardSize size) {
    List<NamedTensor> named = new ArrayList<>();
    tensors.forEach((name, tensor) -> named.add(NamedTensor.of(name, type, tensor)));
    ShardedWriter.write(folder, named, size);
    config.write(folder.resolve("config.json"), WeightTypes.huggingFaceName(type));
    return folder;
  }

  Path huggingFace(Path folder) {
    SafetensorsType type = SafetensorsType.of(tensors.values().iterator().next().dtype());
    return huggingFace(folder, type, ShardSize.DEFAULT);
  }

  /** The type and the bytes of every tensor of a Hugging Face folder, by name. */
  static Map<String, String> contents(Path folder) {
    try (SafetensorsFolder source = SafetensorsFolder.open(folder)) {
      return contents(source);
    }
  }

  /** The type, shape and bytes of every tensor, by name. */
  static Map<String, String> contents(TensorSource source) {
    Map<String, String> contents = new TreeMap<>();
    for (String name : source.names()) {
      SafetensorsType type = source.type(name);
      Tensor values = read(source, name, Slice.whole(source.shape(name)));
      contents.put(name, type + " " + source.shape(name) + " " + hex(values));
    }
    return contents;
  }

  /** The same of these weights, as if they were stored. */
  Map<String, String> contents() {
    Map<String, String> contents = new TreeMap<>();
    tensors.forEach(
        (name, tensor) ->
            contents.put(
                name,
                SafetensorsType.of(tensor.dtype()) + " " + tensor.shape() + " " + hex(tensor)));
    return contents;
  }

  static Tensor read(TensorSource source, String name, Slice slice) {
    DType dtype = source.type(name) == SafetensorsType.BF16 ? DType.BF16 : DType.F32;
    Tensor values = ARENA.allocate(dtype, slice.shape().toArray());
    source.read(name, slice, values);
    return values;
  }

  static Tensor floats(Shape shape, float... values) {
    return ARENA.allocate(DType.F32, shape.toArray()).set(values);
  }

  static String hex(Tensor tensor) {
    byte[] bytes = new byte[(int) tensor.elements() * tensor.dtype().bytes()];
    tensor.window(0, tensor.elements()).get(bytes);
    return java.util.HexFormat.of().formatHex(bytes);
  }
}
