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
  private final Section section;
  private final Problems problems;
  private final Optional<Qwen3Config> base;

  private ModelSection(Section section, Problems problems, Optional<Qwen3Config> base) {
    this.section = section;
    this.problems = problems;
    this.base = base;
  }

  static Optional<Qwen3Config> read(
      Section model, Optional<Path> pretrainedDir, Problems problems) {
    Optional<Qwen3Config> base = Optional.empty();
    if (pretrainedDir.isPresent()) {
      try {
        base = Optional.of(Qwen3Config.read(pretrainedDir.get().resolve("config.json")));
      } catch (ModelConfigException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    Section section = model.section("model_config");
    Optional<Qwen3Config> config = new ModelSection(section, problems, base).read();
    section.finish();
    model.ignore("arch", "type");
    model.finish();
    return config;
  }

  private Optional<Qwen3Config> read() {
    ignoreOthers();
    int layers = size("num_hidden_layers", "num_layers", base.map(Qwen3Config::layers));
    int heads = size("num_attention_heads", "num_heads", base.map(Qwen3Config::heads));
    int hidden = size("hidden_size", "hidden_size", base.map(Qwen3Config::hiddenSize));
    int intermediate =
        size("intermediate_size", "ffn_hidden_size", base.map(Qwen3Config::intermediateSize));
    int keyValueHeads = heads;
    for (String name : List.of("num_key_value_heads", "n_kv_heads", "num_query_groups")) {
      keyValueHeads =
          section.integer(
              name, base.map(Qwen3Config::keyValueHeads).orElse(keyValueHeads), 1, 1 << 24);
    }
    int headSize = base.map(Qwen3Config::headSize).orElse(128);
    headSize = section.integer("kv_channels", headSize, 1, 1 << 24);
    headSize = section.integer("head_dim", headSize, 1, 1 << 24);
    int vocabulary =
        section.integer("vocab_size", base.map(Qwen3Config::vocabSize).orElse(151936), 1, 1 << 24);
    int positions =
        section.integer(
            "max_position_embeddings",
            base.map(Qwen3Config::maxPositions).orElse(4096),
            1,
            1 << 24);
    double theta = number("rope_theta", "rotary_base", base.map(Qwen3Config::ropeTheta), 1e6);
    double eps =
        number("rms_norm_eps", "layernorm_epsilon", base.map(Qwen3Config::rmsNormEps), 1e-6);
    double deviation =
        number(
            "initializer_range", "init_method_std", base.map(Qwen3Config::initializerRange), 0.02);
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
      problems.add("model.model_config: " + e.getMessage());
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
        ? OptionalInt.of(section.integer(key, 0, 0, 1 << 24))
        : OptionalInt.empty();
  }

  private int size(String name, String alias, Optional<Integer> inherited) {
    if (!section.has(name) && !section.has(alias) && inherited.isEmpty()) {
      section.problem(name, "is missing; give it, or pretrained_model_dir");
    }
    int value = section.integer(alias, inherited.orElse(1), 1, 1 << 24);
    return name.equals(alias) ? value : section.integer(name, value, 1, 1 << 24);
  }

  private double number(String name, String alias, Optional<Double> inherited, double absent) {
    return section.number(name, section.number(alias, inherited.orElse(absent)));
  }

  private void ignoreOthers() {
    // Read where the layout is.
    section.has("pet_config");
    section.integer("pp_interleave_num");
    section.integerRows("offset");
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
        "ignore_token_id",
        "pad_token_id",
        "bias_swiglu_fusion",
        "bias_dropout_fusion",
        "gated_linear_unit",
        "normalization",
        "disable_lazy_inline",
        "block_size",
        "num_blocks",
        "use_past",
        "use_cache",
        "torch_dtype",
        "transformers_version",
        "max_window_layers",
        "sliding_window",
        "use_sliding_window",
        "moe_grouped_gemm");
  }
}
