// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes {@code config.json} in the layout published with Qwen3. */
final class HuggingFaceConfigWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HuggingFaceConfigWriter() {}

  static String json(Qwen3Config config, String dtype) {
    ObjectNode out = JSON.createObjectNode();
    out.putArray("architectures").add("Qwen3ForCausalLM");
    out.put("attention_bias", false);
    out.put("attention_dropout", 0.0);
    config.tokens().bos().ifPresent(id -> out.put("bos_token_id", id));
    if (config.tokens().eos().size() == 1) {
      out.put("eos_token_id", config.tokens().eos().get(0));
    } else if (!config.tokens().eos().isEmpty()) {
      config.tokens().eos().forEach(out.putArray("eos_token_id")::add);
    }
    out.put("head_dim", config.headSize());
    out.put("hidden_act", "silu");
    out.put("hidden_size", config.hiddenSize());
    out.put("initializer_range", config.initializerRange());
    out.put("intermediate_size", config.intermediateSize());
    out.put("max_position_embeddings", config.maxPositions());
    out.put("max_window_layers", config.layers());
    out.put("model_type", "qwen3");
    out.put("num_attention_heads", config.heads());
    out.put("num_hidden_layers", config.layers());
    out.put("num_key_value_heads", config.keyValueHeads());
    out.put("rms_norm_eps", config.rmsNormEps());
    out.putNull("rope_scaling");
    out.put("rope_theta", config.ropeTheta());
    out.putNull("sliding_window");
    out.put("tie_word_embeddings", config.tiedEmbeddings());
    out.put("torch_dtype", dtype);
    out.put("use_cache", true);
    out.put("use_sliding_window", false);
    out.put("vocab_size", config.vocabSize());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(out) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values can be written", e);
    }
  }

  static void write(Qwen3Config config, String dtype, Path file) {
    try {
      Files.writeString(file, json(config, dtype));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
  }
}
