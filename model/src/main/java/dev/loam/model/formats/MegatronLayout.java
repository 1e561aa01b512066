// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.MegatronTensor.Box;
import dev.loam.parallel.LayerRange;
import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How Megatron-core names, fuses and divides the parameters of a model. {@code linear_qkv} has for
 * each key/value head its query heads, then the key head, then the value head, and is divided by
 * whole such groups; {@code linear_fc1} has a rank's rows of the gate above its rows of the up
 * projection; {@code linear_proj} and {@code linear_fc2} are divided by columns; embedding and head
 * by rows, after rows that repeat the last one.
 *
 * @param config the model
 * @param ranks tensor-parallel ranks
 * @param vocabulary the rows of the padded embedding, a multiple of {@code ranks}
 */
record MegatronLayout(Qwen3Config config, int ranks, long vocabulary) {
  static final String EMBEDDING = "embedding.word_embeddings.weight";
  static final String LAYER = "decoder.layers.";
  private static final String EMBED_TOKENS = "model.embed_tokens.weight";

  /** With as few rows more than the vocabulary as the ranks need. */
  static MegatronLayout of(Qwen3Config config, int ranks) {
    long rows = (config.vocabSize() + ranks - 1L) / ranks;
    return new MegatronLayout(config, ranks, rows * ranks);
  }

  /**
   * The state dict of a rank.
   *
   * @param layers what the pipeline stage has of the model
   * @param first whether the stage begins with the embedding
   * @param last whether it ends with norm and head
   */
  List<MegatronTensor> stateDict(int rank, LayerRange layers, boolean first, boolean last) {
    List<MegatronTensor> tensors = new ArrayList<>();
    if (first) {
      tensors.add(vocabularyRows(EMBEDDING, EMBED_TOKENS, rank, false));
    }
    for (int i = 0; i < layers.count(); i++) {
      addLayer(tensors, rank, LAYER + i + ".", "model.layers." + (layers.first() + i) + ".");
    }
    if (last) {
      tensors.add(
          norm("decoder.final_layernorm.weight", "model.norm.weight", rank, config.hiddenSize()));
      if (!config.tiedEmbeddings()) {
        tensors.add(vocabularyRows("output_layer.weight", "lm_head.weight", rank, false));
      } else if (!first) {
        tensors.add(vocabularyRows("output_layer.weight", EMBED_TOKENS, rank, true));
      }
    }
    return tensors;
  }

  private void addLayer(List<MegatronTensor> tensors, int rank, String to, String from) {
    long hidden = config.hiddenSize();
    String attention = to + "self_attention.";
    tensors.add(norm(to + "input_layernorm.weight", from + "input_layernorm.weight", rank, hidden));
    tensors.add(queryKeyValue(attention + "linear_qkv.weight", from + "self_attn.", rank));
    for (String head : List.of("q", "k")) {
      tensors.add(
          norm(
              attention + head + "_layernorm.weight",
              from + "self_attn." + head + "_norm.weight",
              rank,
              config.headSize()));
    }
    tensors.add(
        columns(
            attention + "linear_proj.weight",
            from + "self_attn.o_proj.weight",
            rank,
            (long) config.heads() * config.headSize()));
    tensors.add(
        norm(
            to + "pre_mlp_layernorm.weight",
            from + "post_attention_layernorm.weight",
            rank,
            hidden));
    tensors.add(gateUp(to + "mlp.linear_fc1.weight", from + "mlp.", rank));
    tensors.add(
        columns(
            to + "mlp.linear_fc2.weight",
            from + "mlp.down_proj.weight",
            rank,
            config.intermediateSize()));
  }

  private MegatronTensor queryKeyValue(String name, String from, int rank) {
    long head = config.headSize();
    long queries = config.heads() / config.keyValueHeads() * head;
    int groups = config.keyValueHeads() / ranks;
    List<Box> boxes = new ArrayList<>();
    long row = 0;
    for (int i = 0; i < groups; i++) {
      long group = (long) rank * groups + i;
      boxes.add(rows(from + "q_proj.weight", group * queries, queries, row));
      boxes.add(rows(from + "k_proj.weight", group * head, head, row + queries));
      boxes.add(rows(from + "v_proj.weight", group * head, head, row + queries + head));
      row += queries + 2 * head;
    }
    return matrix(name, row, boxes);
  }

  private MegatronTensor gateUp(String name, String from, int rank) {
    long rows = config.intermediateSize() / ranks;
    return matrix(
        name,
        2 * rows,
        List.of(
            rows(from + "gate_proj.weight", rank * rows, rows, 0),
            rows(from + "up_proj.weight", rank * rows, rows, rows)));
  }

  private MegatronTensor matrix(String name, long rows, List<Box> boxes) {
    Shape shape = Shape.of(rows, config.hiddenSize());
    return new MegatronTensor(name, shape, boxes, Optional.empty(), false);
  }

  private MegatronTensor columns(String name, String from, int rank, long all) {
    Shape part = Shape.of(config.hiddenSize(), all / ranks);
    Box box = new Box(from, new Slice(Shape.of(0, rank * (all / ranks)), part), 0);
    return new MegatronTensor(name, part, List.of(box), Optional.empty(), false);
  }

  private MegatronTensor norm(String name, String from, int rank, long size) {
    Shape shape = Shape.of(size);
    Box box = new Box(from, Slice.whole(shape), 0);
    return new MegatronTensor(name, shape, List.of(box), Optional.empty(), rank > 0);
  }

  private MegatronTensor vocabularyRows(String name, String from, int rank, boolean replica) {
    long rows = vocabulary / ranks;
    long first = Math.min(rank * rows, config.vocabSize());
    long present = Math.min(rows, config.vocabSize() - first);
    List<Box> boxes = present == 0 ? List.of() : List.of(rows(from, first, present, 0));
    Optional<Box> padding =
        present == rows
            ? Optional.empty()
            : Optional.of(rows(from, config.vocabSize() - 1, 1, present));
    return new MegatronTensor(name, Shape.of(rows, config.hiddenSize()), boxes, padding, replica);
  }

  private Box rows(String source, long first, long count, long row) {
    long hidden = config.hiddenSize();
    return new Box(source, new Slice(Shape.of(first, 0), Shape.of(count, hidden)), row);
  }
}
