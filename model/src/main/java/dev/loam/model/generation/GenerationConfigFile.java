// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.model.ModelConfigException;
import dev.loam.model.Qwen3Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Hugging Face's {@code generation_config.json}. What this does not know is ignored. */
final class GenerationConfigFile {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int MAX_BYTES = 1 << 20;
  private static final String EOS = "eos_token_id";

  private final Path file;
  private final JsonNode root;

  private GenerationConfigFile(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  static GenerationOptions read(Path file, Qwen3Config config) {
    Set<Integer> eos = Set.copyOf(config.tokens().eos());
    if (!Files.exists(file)) {
      return GenerationOptions.builder().optStopTokens(eos).build();
    }
    return new GenerationConfigFile(file, parse(file)).options(eos);
  }

  private static JsonNode parse(Path file) {
    JsonNode root;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw problem(file, "larger than 1 MiB, not a generation_config.json");
      }
      root = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation(); // none where a limit of the parser was met
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw problem(file, "not valid JSON" + place + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": " + e.getMessage(), e);
    }
    if (!root.isObject()) {
      throw problem(file, "expected a JSON object");
    }
    return root;
  }

  private GenerationOptions options(Set<Integer> configured) {
    boolean sampled = flag("do_sample");
    GenerationOptions.Builder options =
        GenerationOptions.builder()
            .optTemperature(sampled ? number("temperature", 1) : 0)
            .optTopP(number("top_p", 1))
            .optMinP(number("min_p", 0))
            .optTopK(topK())
            .optRepetitionPenalty(number("repetition_penalty", 1))
            .optStopTokens(isAbsent(root.path(EOS)) ? configured : stopTokens());
    try {
      return options.build();
    } catch (IllegalArgumentException e) {
      throw problem(file, String.valueOf(e.getMessage()));
    }
  }

  private boolean flag(String key) {
    JsonNode value = root.path(key);
    if (!isAbsent(value) && !value.isBoolean()) {
      throw problem(file, key + " must be true or false, not " + value);
    }
    return value.booleanValue();
  }

  private double number(String key, double absent) {
    JsonNode value = root.path(key);
    if (!isAbsent(value) && !value.isNumber()) {
      throw problem(file, key + " must be a number, not " + value);
    }
    return isAbsent(value) ? absent : value.doubleValue();
  }

  private int topK() {
    JsonNode value = root.path("top_k");
    if (isAbsent(value)) {
      return 0;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw problem(file, "top_k must be an integer, not " + value);
    }
    return value.intValue();
  }

  private Set<Integer> stopTokens() {
    JsonNode value = root.path(EOS);
    Set<Integer> ids = new HashSet<>();
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw problem(file, EOS + " must be a token id or a list of them, not " + id);
      }
      ids.add(id.intValue());
    }
    return ids;
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static ModelConfigException problem(Path file, String problem) {
    return new ModelConfigException(file.toString(), List.of(problem));
  }
}
