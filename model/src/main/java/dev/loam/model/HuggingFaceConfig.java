// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Hugging Face's {@code config.json} of a dense Qwen3 model, in the layout published with the
 * weights ({@code rope_theta}, {@code torch_dtype}) and in that of transformers 5 ({@code
 * rope_parameters}, {@code dtype}). What Loam does not compute is refused rather than ignored, all
 * problems at once.
 */
final class HuggingFaceConfig {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int MAX_BYTES = 1 << 20;

  /** Keys that do not change what the model computes. */
  private static final Set<String> PASSIVE =
      Set.of(
          "architectures",
          "dtype",
          "torch_dtype",
          "transformers_version",
          "use_cache",
          "max_window_layers",
          "pad_token_id",
          "_name_or_path",
          "output_attentions",
          "output_hidden_states",
          "return_dict");

  private final JsonNode root;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> known = new HashSet<>(PASSIVE);

  private HuggingFaceConfig(JsonNode root) {
    this.root = root;
  }

  static Qwen3Config read(Path file) {
    JsonNode root;
    try {
      if (!Files.isRegularFile(file)) {
        throw new ModelConfigException(
            file.toString(), List.of("no such file; expected a Hugging Face config.json"));
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new ModelConfigException(
            file.toString(), List.of("larger than 1 MiB, not a config.json"));
      }
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation(); // none where a limit of the parser was met
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new ModelConfigException(
          file.toString(), List.of("not valid JSON" + place + ": " + e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
    if (!root.isObject()) {
      throw new ModelConfigException(file.toString(), List.of("not a JSON object"));
    }
    return new HuggingFaceConfig(root).read(file.toString());
  }

  private Qwen3Config read(String source) {
    refuseOthers();
    int heads = integer("num_attention_heads", 0);
    int hidden = integer("hidden_size", 0);
    int keyValueHeads = integer("num_key_value_heads", heads);
    if (!root.path("num_attention_heads").isInt()) {
      heads = keyValueHeads; // reported already; not to be compared as well
    }
    int headSize = integer("head_dim", 128);
    int vocabulary = integer("vocab_size", 0);
    int intermediate = integer("intermediate_size", 0);
    int layers = integer("num_hidden_layers", 0);
    int positions = integer("max_position_embeddings", 32768);
    double theta = theta();
    double eps = number("rms_norm_eps", 1e-6);
    double range = number("initializer_range", 0.02);
    boolean tied = flag("tie_word_embeddings", false);
    SpecialTokens tokens = specialTokens();
    layerTypes(layers);
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (!known.contains(field.getKey())) {
        problems.add(
            "unknown key '" + field.getKey() + "'; remove it if it does not matter to the model");
      }
    }
    problems.addAll(
        Qwen3Config.problems(
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
            range));
    if (!problems.isEmpty()) {
      throw new ModelConfigException(source, problems);
    }
    return new Qwen3Config(
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
        range,
        tied,
        tokens);
  }

  /** Features that dense Qwen3 models do not use and Loam does not compute. */
  private void refuseOthers() {
    require("model_type", "qwen3", true);
    require("hidden_act", "silu", false);
    if (flag("attention_bias", false)) {
      problems.add("attention_bias must be false");
    }
    if (flag("use_sliding_window", false)) {
      problems.add("use_sliding_window must be false");
    }
    if (number("attention_dropout", 0) != 0) {
      problems.add("attention_dropout must be 0");
    }
    for (String key : List.of("rope_scaling", "sliding_window")) {
      known.add(key);
      boolean unused = key.equals("sliding_window") && !flag("use_sliding_window", false);
      if (!root.path(key).isNull() && !root.path(key).isMissingNode() && !unused) {
        problems.add(key + " must be null, not " + root.path(key));
      }
    }
  }

  private void require(String key, String expected, boolean mandatory) {
    known.add(key);
    JsonNode node = root.path(key);
    if (node.isMissingNode() ? mandatory : !node.asText().equals(expected)) {
      problems.add(
          key + " must be \"" + expected + "\"" + (node.isMissingNode() ? "" : ", not " + node));
    }
  }

  private double theta() {
    known.add("rope_parameters");
    JsonNode parameters = root.path("rope_parameters");
    if (parameters.isMissingNode() || parameters.isNull()) {
      return number("rope_theta", 1e6);
    }
    known.add("rope_theta");
    String type = parameters.path("rope_type").asText("default");
    if (!type.equals("default")) {
      problems.add("rope_parameters.rope_type must be \"default\", not \"" + type + "\"");
    }
    JsonNode theta = parameters.path("rope_theta");
    if (!theta.isNumber()) {
      problems.add("rope_parameters.rope_theta must be a number");
      return 1;
    }
    if (root.path("rope_theta").isNumber()
        && root.path("rope_theta").asDouble() != theta.asDouble()) {
      problems.add(
          "rope_theta " + root.path("rope_theta") + " contradicts rope_parameters " + theta);
    }
    return theta.asDouble();
  }

  private void layerTypes(int layers) {
    known.add("layer_types");
    JsonNode types = root.path("layer_types");
    if (!types.isMissingNode() && !types.isNull()) {
      if (types.size() != layers) {
        problems.add("layer_types has " + types.size() + " entries for " + layers + " layers");
      }
      for (JsonNode type : types) {
        if (!type.asText().equals("full_attention")) {
          problems.add("layer_types must all be \"full_attention\", not " + type);
          break;
        }
      }
    }
  }

  private SpecialTokens specialTokens() {
    known.add("bos_token_id");
    known.add("eos_token_id");
    JsonNode bos = root.path("bos_token_id");
    JsonNode ends = root.path("eos_token_id");
    List<Integer> eos = new ArrayList<>();
    for (JsonNode id : ends.isArray() ? ends : List.of(ends)) {
      tokenId("eos_token_id", id).ifPresent(eos::add);
    }
    return new SpecialTokens(tokenId("bos_token_id", bos), eos);
  }

  private OptionalInt tokenId(String key, JsonNode id) {
    if (id.isMissingNode() || id.isNull()) {
      return OptionalInt.empty();
    }
    if (!id.isInt() || id.asInt() < 0) {
      problems.add(key + " must be a token id, not " + id);
      return OptionalInt.empty();
    }
    return OptionalInt.of(id.asInt());
  }

  private int integer(String key, int absent) {
    known.add(key);
    JsonNode node = root.path(key);
    if (node.isMissingNode() && absent != 0) {
      return absent;
    }
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      problems.add(
          key
              + " must be an integer"
              + (node.isMissingNode() ? "; it is missing" : ", not " + node));
      return 1;
    }
    return node.asInt();
  }

  private double number(String key, double absent) {
    known.add(key);
    JsonNode node = root.path(key);
    if (node.isMissingNode()) {
      return absent;
    }
    if (!node.isNumber()) {
      problems.add(key + " must be a number, not " + node);
      return 1;
    }
    return node.asDouble();
  }

  private boolean flag(String key, boolean absent) {
    known.add(key);
    JsonNode node = root.path(key);
    if (node.isMissingNode()) {
      return absent;
    }
    if (!node.isBoolean()) {
      problems.add(key + " must be true or false, not " + node);
    }
    return node.asBoolean();
  }
}
