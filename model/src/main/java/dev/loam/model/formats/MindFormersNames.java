// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.model.ParameterCatalog;
import dev.loam.model.ParameterCatalog.Division;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of MindSpore Transformers for the parameters of a model. In a layer, {@code linear_qkv}
 * has for each key/value head the rows of its query heads, then its key, then its value; {@code
 * linear_fc1} has the rows of gate and up in turns. Both also occur taken apart.
 */
final class MindFormersNames {
  static final String HEAD = "lm_head.weight";

  private static final Map<String, String> OUTSIDE =
      Map.of(
          "model.embed_tokens.weight",
          "embedding.word_embeddings.weight",
          "model.norm.weight",
          "decoder.final_layernorm.weight",
          HEAD,
          "output_layer.weight");
  private static final Map<String, String> INSIDE =
      Map.ofEntries(
          Map.entry("input_layernorm.weight", "input_layernorm.weight"),
          Map.entry("self_attn.q_proj.weight", "self_attention.linear_q.weight"),
          Map.entry("self_attn.k_proj.weight", "self_attention.linear_k.weight"),
          Map.entry("self_attn.v_proj.weight", "self_attention.linear_v.weight"),
          Map.entry("self_attn.q_norm.weight", "self_attention.q_layernorm.weight"),
          Map.entry("self_attn.k_norm.weight", "self_attention.k_layernorm.weight"),
          Map.entry("self_attn.o_proj.weight", "self_attention.linear_proj.weight"),
          Map.entry("post_attention_layernorm.weight", "pre_mlp_layernorm.weight"),
          Map.entry("mlp.gate_proj.weight", "mlp.gating.weight"),
          Map.entry("mlp.up_proj.weight", "mlp.hidden.weight"),
          Map.entry("mlp.down_proj.weight", "mlp.linear_fc2.weight"));
  private static final Pattern LAYER = Pattern.compile("model\\.layers\\.([0-9]+)\\.(.*)");
  private static final String QKV = "self_attention.linear_qkv.weight";
  private static final String GATE_UP = "mlp.linear_fc1.weight";

  private final Qwen3Config config;
  private final Map<String, ParameterCatalog.Entry> parameters = new LinkedHashMap<>();

  /** Where a parameter is: in rows of a tensor. */
  record Place(MindFormersTensor tensor, RowPattern rows) {}

  MindFormersNames(Qwen3Config config) {
    this.config = config;
    new ParameterCatalog(config).entries().forEach(e -> parameters.put(e.name(), e));
    Shape vocabulary = Shape.of(config.vocabSize(), config.hiddenSize());
    parameters.putIfAbsent(
        HEAD, new ParameterCatalog.Entry(HEAD, vocabulary, Division.ROWS, config.layers()));
  }

  /** The names for a parameter: its own, and that of the fused one it is part of. */
  static List<String> of(String parameter) {
    if (OUTSIDE.containsKey(parameter)) {
      return List.of(Objects.requireNonNull(OUTSIDE.get(parameter)));
    }
    Matcher layer = LAYER.matcher(parameter);
    if (!layer.matches() || !INSIDE.containsKey(layer.group(2))) {
      return List.of();
    }
    String prefix = "decoder.layers." + layer.group(1) + ".";
    String own = prefix + INSIDE.get(layer.group(2));
    return switch (layer.group(2)) {
      case "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight" ->
          List.of(own, prefix + QKV);
      case "mlp.gate_proj.weight", "mlp.up_proj.weight" -> List.of(own, prefix + GATE_UP);
      default -> List.of(own);
    };
  }

  /** Whether a tensor is weights of a model, rather than a moment of the optimizer or a count. */
  static boolean isWeight(String name) {
    return name.startsWith("embedding.")
        || name.startsWith("decoder.")
        || name.startsWith("output_layer.");
  }

  /** Where a parameter is, by preference. */
  List<Place> places(String parameter) {
    ParameterCatalog.Entry entry = Objects.requireNonNull(parameters.get(parameter), parameter);
    Place alone = new Place(alone(entry), RowPattern.ALONE);
    return switch (suffix(entry)) {
      case "self_attn.q_proj.weight" -> List.of(fused(entry, QKV, qkvRows(0)), alone);
      case "self_attn.k_proj.weight" -> List.of(fused(entry, QKV, qkvRows(1)), alone);
      case "self_attn.v_proj.weight" -> List.of(fused(entry, QKV, qkvRows(2)), alone);
      case "mlp.gate_proj.weight" -> List.of(fused(entry, GATE_UP, new RowPattern(1, 2, 0)), alone);
      case "mlp.up_proj.weight" -> List.of(fused(entry, GATE_UP, new RowPattern(1, 2, 1)), alone);
      default -> List.of(alone);
    };
  }

  /** All tensors that may occur, by name. */
  Map<String, MindFormersTensor> tensors() {
    Map<String, MindFormersTensor> all = new LinkedHashMap<>();
    for (String parameter : parameters.keySet()) {
      places(parameter).forEach(place -> all.put(place.tensor().name(), place.tensor()));
    }
    return all;
  }

  private RowPattern qkvRows(int which) {
    long head = config.headSize();
    long queries = (long) config.heads() / config.keyValueHeads() * head;
    long period = queries + 2 * head;
    return switch (which) {
      case 0 -> new RowPattern(queries, period, 0);
      case 1 -> new RowPattern(head, period, queries);
      default -> new RowPattern(head, period, queries + head);
    };
  }

  private Place fused(ParameterCatalog.Entry entry, String suffix, RowPattern rows) {
    long all = entry.shape().size(0) / rows.block() * rows.period();
    Shape shape = Shape.of(all, config.hiddenSize());
    String name = "decoder.layers." + entry.layer() + "." + suffix;
    return new Place(new MindFormersTensor(name, shape, Division.ROWS), rows);
  }

  private MindFormersTensor alone(ParameterCatalog.Entry entry) {
    String outside = OUTSIDE.get(entry.name());
    String name =
        outside != null
            ? outside
            : "decoder.layers."
                + entry.layer()
                + "."
                + Objects.requireNonNull(INSIDE.get(suffix(entry)), entry.name());
    return new MindFormersTensor(name, entry.shape(), entry.division());
  }

  /** The name within a layer; the whole name elsewhere. */
  private static String suffix(ParameterCatalog.Entry entry) {
    String layer = "model.layers." + entry.layer() + ".";
    return entry.name().startsWith(layer) ? entry.name().substring(layer.length()) : entry.name();
  }
}
