// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes what MindSpore Transformers would leave of tiny weights, put together element by element,
 * by way of the descriptions of its layouts and of nothing that reads them.
 */
final class MindFormersTree {
  private final TinyWeights weights;
  private final Qwen3Config config;
  private final int tp;
  private final int pp;
  private final int dp;
  private boolean redundant = true;
  private boolean dividedVocabulary = true;
  private String prefix = "qwen3";

  MindFormersTree(TinyWeights weights, int tp, int pp, int dp) {
    this.weights = weights;
    this.config = weights.config();
    this.tp = tp;
    this.pp = pp;
    this.dp = dp;
  }

  MindFormersTree withoutRedundancy() {
    redundant = false;
    return this;
  }

  MindFormersTree withReplicatedVocabulary() {
    dividedVocabulary = false;
    return this;
  }

  MindFormersTree named(String name) {
    prefix = name;
    return this;
  }

  /** Writes {@code rank_<r>/} of one step, and says in {@code meta.json} that it is complete. */
  Path write(Path folder, int epoch, int step) {
    for (int rank = 0; rank < tp * pp * dp; rank++) {
      writeRank(folder, rank, epoch, step);
      meta(folder, rank, epoch, step);
    }
    config.write(folder.resolve("config.json"), "float32");
    return folder;
  }

  void writeRank(Path folder, int rank, int epoch, int step) {
    int t = rank % tp;
    int d = rank / tp % dp;
    int stage = rank / tp / dp;
    Map<String, Tensor> tensors = new TreeMap<>();
    int number = 0;
    for (Map.Entry<String, Tensor> tensor : stage(stage).entrySet()) {
      // Where redundancy is removed, replicas take turns in storing their common part.
      if (redundant || number++ % dp == d) {
        Tensor part = part(tensor.getKey(), tensor.getValue(), t);
        tensors.put(tensor.getKey(), part);
        tensors.put("adam_m." + tensor.getKey(), part);
        tensors.put("adam_v." + tensor.getKey(), part);
      }
    }
    tensors.put("global_step", TinyWeights.floats(Shape.of(1), step));
    tensors.put("epoch_num", TinyWeights.floats(Shape.of(), epoch));
    Map<String, String> metadata = Map.of("remove_redundancy", redundant ? "False" : "True");
    PlainSafetensors.write(file(folder, rank, epoch, step), tensors, metadata);
  }

  Path file(Path folder, int rank, int epoch, int step) {
    return folder
        .resolve("rank_" + rank)
        .resolve("%s_rank_%d-%d_%d.safetensors".formatted(prefix, rank, epoch, step));
  }

  void meta(Path folder, int rank, int epoch, int step) {
    Path file = file(folder, rank, epoch, step);
    try {
      Files.writeString(
          file.resolveSibling("meta.json"),
          "{\"last_epoch\": %d, \"last_step\": %d, \"last_ckpt_file\": \"%s\"}"
              .formatted(epoch, step, file.getFileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Tensor> stage(int stage) {
    int each = config.layers() / pp;
    Map<String, Tensor> tensors = new TreeMap<>();
    whole(weights)
        .forEach(
            (name, tensor) -> {
              String[] path = name.split("\\.", -1);
              int at = 0;
              if (name.startsWith("decoder.layers.")) {
                at = Integer.parseInt(path[2]) / each;
              } else if (!name.startsWith("embedding.")) {
                at = pp - 1;
              }
              if (at == stage) {
                tensors.put(name, tensor);
              }
            });
    return tensors;
  }

  /** What tensor rank t has. */
  private Tensor part(String name, Tensor whole, int t) {
    boolean vocabulary = name.startsWith("embedding.") || name.startsWith("output_layer.");
    if (whole.rank() == 1 || (vocabulary && !dividedVocabulary)) {
      return whole;
    }
    boolean columns = name.contains("linear_proj") || name.contains("linear_fc2");
    return columns
        ? rows(whole, 0, (int) whole.size(0), t * whole.size(1) / tp, whole.size(1) / tp)
        : whole.rows(t * whole.size(0) / tp, whole.size(0) / tp);
  }

  /** The fused tensors, whole. */
  static Map<String, Tensor> whole(TinyWeights weights) {
    Qwen3Config config = weights.config();
    Map<String, Tensor> all = new TreeMap<>();
    all.put("embedding.word_embeddings.weight", weights.get("model.embed_tokens.weight"));
    all.put("decoder.final_layernorm.weight", weights.get("model.norm.weight"));
    if (!config.tiedEmbeddings()) {
      all.put("output_layer.weight", weights.get("lm_head.weight"));
    }
    for (int i = 0; i < config.layers(); i++) {
      String from = "model.layers." + i + ".";
      String to = "decoder.layers." + i + ".";
      String attention = to + "self_attention.";
      all.put(to + "input_layernorm.weight", weights.get(from + "input_layernorm.weight"));
      all.put(
          to + "pre_mlp_layernorm.weight", weights.get(from + "post_attention_layernorm.weight"));
      all.put(attention + "q_layernorm.weight", weights.get(from + "self_attn.q_norm.weight"));
      all.put(attention + "k_layernorm.weight", weights.get(from + "self_attn.k_norm.weight"));
      all.put(attention + "linear_proj.weight", weights.get(from + "self_attn.o_proj.weight"));
      all.put(to + "mlp.linear_fc2.weight", weights.get(from + "mlp.down_proj.weight"));
      all.put(attention + "linear_qkv.weight", queriesKeysValues(weights, from + "self_attn."));
      all.put(to + "mlp.linear_fc1.weight", gateAndUp(weights, from + "mlp."));
    }
    return all;
  }

  private static Tensor queriesKeysValues(TinyWeights weights, String prefix) {
    Qwen3Config config = weights.config();
    int perGroup = config.heads() / config.keyValueHeads() * config.headSize();
    List<Tensor> blocks = new ArrayList<>();
    for (int g = 0; g < config.keyValueHeads(); g++) {
      int key = g * config.headSize();
      blocks.add(weights.get(prefix + "q_proj.weight").rows((long) g * perGroup, perGroup));
      blocks.add(weights.get(prefix + "k_proj.weight").rows(key, config.headSize()));
      blocks.add(weights.get(prefix + "v_proj.weight").rows(key, config.headSize()));
    }
    return stacked(blocks);
  }

  private static Tensor gateAndUp(TinyWeights weights, String prefix) {
    List<Tensor> rows = new ArrayList<>();
    for (int i = 0; i < weights.config().intermediateSize(); i++) {
      rows.add(weights.get(prefix + "gate_proj.weight").rows(i, 1));
      rows.add(weights.get(prefix + "up_proj.weight").rows(i, 1));
    }
    return stacked(rows);
  }

  private static Tensor stacked(List<Tensor> blocks) {
    int columns = (int) blocks.get(0).size(1);
    int rows = blocks.stream().mapToInt(b -> (int) b.size(0)).sum();
    float[] values = new float[rows * columns];
    int at = 0;
    for (Tensor block : blocks) {
      float[] part = block.toFloats();
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    return TinyWeights.floats(Shape.of(rows, columns), values);
  }

  /** A box, copied. */
  private static Tensor rows(Tensor whole, int row, int rows, long column, long columns) {
    float[] values = new float[rows * (int) columns];
    float[] all = whole.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = all[(int) ((row + i / columns) * whole.size(1) + column + i % columns)];
    }
    return TinyWeights.floats(Shape.of(rows, columns), values);
  }
}
