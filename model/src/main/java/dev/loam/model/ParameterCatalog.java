// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Layout;
import dev.loam.parallel.Partition;
import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All parameters of a model in its order, under their Hugging Face names, and how tensor-parallel
 * ranks divide each. Immutable.
 */
public final class ParameterCatalog {
  private final List<Entry> entries = new ArrayList<>();

  /** What tensor-parallel ranks have of a parameter. */
  public enum Division {
    /** All of it. */
    WHOLE,
    /** A run of rows each. */
    ROWS,
    /** A run of columns each. */
    COLUMNS
  }

  /**
   * One parameter.
   *
   * @param shape in the whole model
   * @param layer the layer it belongs to; the embedding's is -1, that of norm and head the number
   *     of layers
   */
  public record Entry(String name, Shape shape, Division division, int layer) {
    /** The module it is the weight of. */
    public String module() {
      return name.substring(0, name.length() - ".weight".length());
    }

    /** The part that one of so many tensor-parallel ranks has. */
    public Slice slice(int rank, int ranks) {
      if (division == Division.WHOLE) {
        return Slice.whole(shape);
      }
      int dimension = division == Division.ROWS ? 0 : 1;
      Partition pieces = Partition.even(shape.size(dimension), ranks);
      long[] start = new long[2];
      long[] size = shape.toArray();
      start[dimension] = pieces.start(rank);
      size[dimension] = pieces.length(rank);
      return new Slice(Shape.of(start), Shape.of(size));
    }
  }

  /** The parameters of a model; a tied one has no {@code lm_head.weight}. */
  public ParameterCatalog(Qwen3Config config) {
    long hidden = config.hiddenSize();
    long queries = (long) config.heads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    long feedForward = config.intermediateSize();
    add("model.embed_tokens", Division.ROWS, -1, config.vocabSize(), hidden);
    for (int i = 0; i < config.layers(); i++) {
      String layer = "model.layers." + i + ".";
      add(layer + "input_layernorm", Division.WHOLE, i, hidden);
      add(layer + "self_attn.q_proj", Division.ROWS, i, queries, hidden);
      add(layer + "self_attn.k_proj", Division.ROWS, i, keys, hidden);
      add(layer + "self_attn.v_proj", Division.ROWS, i, keys, hidden);
      add(layer + "self_attn.q_norm", Division.WHOLE, i, config.headSize());
      add(layer + "self_attn.k_norm", Division.WHOLE, i, config.headSize());
      add(layer + "self_attn.o_proj", Division.COLUMNS, i, hidden, queries);
      add(layer + "post_attention_layernorm", Division.WHOLE, i, hidden);
      add(layer + "mlp.gate_proj", Division.ROWS, i, feedForward, hidden);
      add(layer + "mlp.up_proj", Division.ROWS, i, feedForward, hidden);
      add(layer + "mlp.down_proj", Division.COLUMNS, i, hidden, feedForward);
    }
    add("model.norm", Division.WHOLE, config.layers(), hidden);
    if (!config.tiedEmbeddings()) {
      add("lm_head", Division.ROWS, config.layers(), config.vocabSize(), hidden);
    }
  }

  private void add(String name, Division division, int layer, long... shape) {
    entries.add(new Entry(name + ".weight", Shape.of(shape), division, layer));
  }

  /** The names of all. */
  public Set<String> names() {
    return entries.stream().map(Entry::name).collect(Collectors.toSet());
  }

  /** In the order of the model. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** The stage of a pipeline that has a layer; a tied embedding counts for the first. */
  public static int stage(Layout layout, int layer, int layerCount) {
    int inside = Math.max(0, Math.min(layer, layerCount - 1));
    for (int stage = 0; stage < layout.pipelineStages(); stage++) {
      for (int chunk = 0; chunk < layout.virtualStages(); chunk++) {
        var range = layout.layers(stage, chunk, layerCount);
        if (inside >= range.first() && inside < range.end()) {
          return stage;
        }
      }
    }
    throw new IllegalArgumentException("no stage has layer " + layer);
  }
}
