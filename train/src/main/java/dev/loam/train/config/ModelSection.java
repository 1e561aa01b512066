// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.model.ModelConfigException;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code model.model_config}: Hugging Face's names or Megatron's, over the {@code
 * config.json} of {@code pretrained_model_dir} where that is given.
 */
final class ModelSection {
  private static final String FILE = "config.json";

  private final Section section;
  private final Optional<Qwen3Config> base;

  private ModelSection(Section section, Optional<Qwen3Config> base) {
    this.section = section;
    this.base = base;
  }

  static Optional<Qwen3Config> read(Section root, Optional<Path> pretrainedDir, Problems problems) {
    Optional<Qwen3Config> base = Optional.empty();
    if (pretrainedDir.isPresent()) {
      try {
        base = Optional.of(Qwen3Config.read(pretrainedDir.get().resolve(FILE)));
      } catch (ModelConfigException e) {
        problems.add(root.place("pretrained_model_dir"), String.valueOf(e.getMessage()));
      }
    }
    Section model = root.section("model");
    Section section = model.section("model_config");
    if (base.isPresent()) {
      section.setOriginOfDefaults(Origin.of(pretrainedDir.orElseThrow().resolve(FILE).toString()));
    }
    Optional<Qwen3Config> config = new ModelSection(section, base).read();
    model.ignore("arch", "type");
    return config;
  }

  private Optional<Qwen3Config> read() {
    ignoreOthers();
    int layers = size(base.map(Qwen3Config::layers), "num_hidden_layers", "num_layers");
    int heads = size(base.map(Qwen3Config::heads), "num_attention_heads", "num_heads");
    int hidden = size(base.map(Qwen3Config::hiddenSize), "hidden_size");
    int intermediate =
        size(base.map(Qwen3Config::intermediateSize), "intermediate_size", "ffn_hidden_size");
    int keyValueHeads =
        size(
            base.map(Qwen3Config::keyValueHeads).or(() -> Optional.of(heads)),
            "num_key_value_heads",
            "n_kv_heads",
            "num_query_groups");
    int headSize =
        size(base.map(Qwen3Config::headSize).or(() -> Optional.of(128)), "head_dim", "kv_channels");
    int vocabulary =
        size(base.map(Qwen3Config::vocabSize).or(() -> Optional.of(151936)), "vocab_size");
    int positions =
        size(
            base.map(Qwen3Config::maxPositions).or(() -> Optional.of(4096)),
            "max_position_embeddings");
    double theta =
        number(base.map(Qwen3Config::ropeTheta).orElse(1e6), "rope_theta", "rotary_base");
    double eps =
        number(base.map(Qwen3Config::rmsNormEps).orElse(1e-6), "rms_norm_eps", "layernorm_epsilon");
    double deviation =
        number(
            base.map(Qwen3Config::initializerRange).orElse(0.02),
            "initializer_range",
            "init_method_std");
    boolean tied =
        section.flag("tie_word_embeddings", base.map(Qwen3Config::tiedEmbeddings).orElse(false));
    SpecialTokens tokens = base.map(Qwen3Config::tokens).orElseGet(this::tokens);
    if (base.isPresent()) {
      section.ignore("bos_token_id", "eos_token_id");
    }
    try {
      return Optional.of(
          new Qwen3Config(
              vocabulary,
              hidden,
              intermediate,
              layers,
              heads,
              keyValueHeads,
              headSize,
              positions,
              theta,
              eps,
              deviation,
              tied,
              tokens));
    } catch (ModelConfigException e) {
      section.problem(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private SpecialTokens tokens() {
    OptionalInt eos = token("eos_token_id");
    return new SpecialTokens(
        token("bos_token_id"), eos.isPresent() ? List.of(eos.getAsInt()) : List.of());
  }

  private OptionalInt token(String key) {
    return section.has(key)
        ? OptionalInt.of(section.integer(key, 0, 1 << 24))
        : OptionalInt.empty();
  }

  private int size(Optional<Integer> inherited, String name, String... aliases) {
    String key = section.oneOf(name, aliases);
    if (!section.has(key) && inherited.isEmpty()) {
      section.problem(name, "is missing; give it, or pretrained_model_dir");
      return 1;
    }
    return inherited.isPresent()
        ? section.integer(key, inherited.get(), 1, 1 << 24)
        : section.integer(key, 1, 1 << 24);
  }

  private double number(double absent, String name, String alias) {
    return section.number(section.oneOf(name, alias), absent);
  }

  private void ignoreOthers() {
    // Read where the layout is.
    section.has("pet_config");
    section.integer("pp_interleave_num");
    section.integerRows("offset");
    section.only("ignore_token_id", "-100", "labels of -100 are not trained");
    section.only("use_sliding_window", "False", "attention reaches back to the first token");
    section.only("normalization", "RMSNorm", "Qwen3 has no other norm");
    section.only("gated_linear_unit", "True", "Qwen3's feed-forward network is SwiGLU");
    section.only("hidden_act", "silu", "Qwen3's feed-forward network is SwiGLU", "swiglu");
    section.only("use_qk_norm", "True", "Qwen3 norms queries and keys");
    section.only("qk_layernorm", "True", "Qwen3 norms queries and keys");
    section.only("attention_bias", "False", "Qwen3 has no biases");
    section.only("add_qkv_bias", "False", "Qwen3 has no biases");
    section.only("add_bias_linear", "False", "Qwen3 has no biases");
    section.only("hidden_dropout", "0.0", "Qwen3 is trained without dropout");
    section.only("attention_dropout", "0.0", "Qwen3 is trained without dropout");
    section.only("rope_scaling", "null", "only plain rotary positions are computed");
    section.only("position_embedding_type", "rope", "Qwen3 has rotary positions");
    section.only("extend_method", "None", "only plain rotary positions are computed");
    section.ignore(
        "model_type",
        "architectures",
        "seq_length",
        "qkv_concat",
        "use_flash_attention",
        "params_dtype",
        "compute_dtype",
        "layernorm_compute_dtype",
        "softmax_compute_dtype",
        "rotary_dtype",
        "residual_dtype",
        "fp32_residual_connection",
        "untie_embeddings_and_output_weights",
        "use_contiguous_weight_layout_attention",
        "use_interleaved_weight_layout_mlp",
        "input_sliced_sig",
        "use_eod_reset",
        "use_attn_mask_compression",
        "use_eod_attn_mask_compression",
        "pad_token_id",
        "bias_swiglu_fusion",
        "bias_dropout_fusion",
        "disable_lazy_inline",
        "block_size",
        "num_blocks",
        "use_past",
        "use_cache",
        "torch_dtype",
        "transformers_version",
        "max_window_layers",
        "sliding_window",
        "moe_grouped_gemm");
  }
}
