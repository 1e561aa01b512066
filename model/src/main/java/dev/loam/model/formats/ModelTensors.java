// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.TensorSource;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Checks that weights are those of a model before anything is written. */
final class ModelTensors {
  static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = MindFormersNames.HEAD;

  private ModelTensors() {}

  /**
   * The tensors there are, by name in the order of the model: its parameters, and of a tied model
   * the head as well where it is stored.
   *
   * @throws dev.loam.checkpoint.CheckpointException if names or shapes are not those of the model,
   *     with all differences, or the head of a tied model is not its embedding
   */
  static Map<String, Shape> check(TensorSource weights, Qwen3Config config) {
    Map<String, Shape> expected = new LinkedHashMap<>();
    new ParameterCatalog(config).entries().forEach(e -> expected.put(e.name(), e.shape()));
    boolean redundantHead = config.tiedEmbeddings() && weights.names().contains(HEAD);
    if (redundantHead) {
      expected.put(HEAD, Shape.of(config.vocabSize(), config.hiddenSize()));
    }
    Problems problems = new Problems(weights.description());
    TreeSet<String> unknown = new TreeSet<>(weights.names());
    unknown.removeIf(name -> name.endsWith(".rotary_emb.inv_freq"));
    expected.forEach(
        (name, shape) -> {
          unknown.remove(name);
          checkOne(weights, name, shape, problems);
        });
    unknown.forEach(name -> problems.add("tensor " + name + " is not part of the model"));
    problems.report("check that config.json belongs to these weights");
    if (redundantHead) {
      requireSame(weights, expected.getOrDefault(HEAD, Shape.of()), problems);
    }
    return expected;
  }

  private static void checkOne(TensorSource weights, String name, Shape shape, Problems problems) {
    if (!weights.names().contains(name)) {
      problems.add("missing tensor " + name);
    } else if (!weights.shape(name).equals(shape)) {
      problems.add(name + " has shape " + weights.shape(name) + ", config.json asks for " + shape);
    } else if (!WeightTypes.ALLOWED.contains(weights.type(name))) {
      problems.add(name + " has dtype " + weights.type(name) + ", which weights do not have");
    }
  }

  private static void requireSame(TensorSource weights, Shape shape, Problems problems) {
    DType dtype =
        WeightTypes.memory(
            List.of(weights.type(EMBEDDING), weights.type(HEAD)), weights.type(EMBEDDING));
    ScratchMemory embedding = new ScratchMemory();
    ScratchMemory head = new ScratchMemory();
    long columns = shape.size(1);
    long step = ScratchMemory.rows(dtype, columns, 1);
    for (long row = 0; row < shape.size(0); row += step) {
      long rows = Math.min(step, shape.size(0) - row);
      Slice slice = new Slice(Shape.of(row, 0), Shape.of(rows, columns));
      Tensor a = embedding.tensor(dtype, rows, columns);
      Tensor b = head.tensor(dtype, rows, columns);
      weights.read(EMBEDDING, slice, a);
      weights.read(HEAD, slice, b);
      int different = a.window(0, a.elements()).mismatch(b.window(0, b.elements()));
      if (different >= 0) {
        problems.add(
            "tie_word_embeddings is true, but row %d of %s is not that of %s"
                .formatted(row + different / (columns * dtype.bytes()), HEAD, EMBEDDING));
        problems.report("set tie_word_embeddings to false in config.json to keep both");
      }
    }
  }
}
