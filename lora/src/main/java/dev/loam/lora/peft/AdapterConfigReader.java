// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.lora.LoraTargetException;
import dev.loam.lora.ModuleNames;
import dev.loam.lora.PeftTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code adapter_config.json}. Keys that do not change what an adapter computes are passed
 * over; all others, known or not, must be as in an adapter without special features: null, false or
 * empty.
 */
final class AdapterConfigReader {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_RANK = 1 << 16;
  private static final int MAX_LAYERS = 1 << 16;
  private static final String REMEDY = "such an adapter cannot be used";

  /** Of no effect, or only on how an adapter starts or is computed. */
  private static final Set<String> PASSIVE =
      Set.of(
          "auto_mapping",
          "corda_config",
          "eva_config",
          "inference_mode",
          "loftq_config",
          "lora_ga_config",
          "megatron_config",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "task_type");

  /** Ways to start that leave the weights of the model as they are. */
  private static final Set<String> STARTS = Set.of("gaussian", "eva", "orthogonal");

  private final JsonNode root;
  private final AdapterProblems problems;
  private final Set<String> known = new HashSet<>(PASSIVE);

  private AdapterConfigReader(JsonNode root, Path file) {
    this.root = root;
    this.problems = new AdapterProblems(file.toString());
  }

  static AdapterConfig read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file + ": is larger than 1 MiB; check the path");
      }
      JsonNode root = JSON.readTree(Files.readAllBytes(file));
      if (!root.isObject()) {
        throw new CheckpointException(file + ": is not a JSON object; save the adapter again");
      }
      return new AdapterConfigReader(root, file).read();
    } catch (JsonProcessingException e) {
      var at = e.getLocation(); // none where a limit of the parser was met
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new CheckpointException(
          "%s: is not valid JSON%s: %s; save the adapter again"
              .formatted(file, place, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be read: " + e, e);
    }
  }

  private AdapterConfig read() {
    require("peft_type", "LORA");
    int rank = (int) number("r", 1, MAX_RANK, true);
    double alpha = number("lora_alpha", Double.MIN_VALUE, Double.MAX_VALUE, false);
    double dropout = root.has("lora_dropout") ? number("lora_dropout", 0, 0.999999, false) : 0;
    boolean rankStabilized = flag("use_rslora");
    Optional<String> base = text("base_model_name_or_path");
    if (root.hasNonNull("bias")) {
      require("bias", "none");
    }
    start();
    Optional<PeftTargets> targets = targets();
    refuseOthers();
    problems.report(REMEDY);
    return new AdapterConfig(rank, alpha, dropout, rankStabilized, targets.orElseThrow(), base);
  }

  private Optional<PeftTargets> targets() {
    try {
      Optional<ModuleNames> modules = modules("target_modules");
      Optional<ModuleNames> excluded = modules("exclude_modules");
      List<Integer> layers = layers();
      if (modules.isEmpty()) {
        problems.add("target_modules is missing");
      }
      return modules.map(names -> new PeftTargets(names, excluded, layers));
    } catch (LoraTargetException e) {
      problems.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Optional<ModuleNames> modules(String key) {
    JsonNode node = value(key);
    if (isAbsent(node)) {
      return Optional.empty();
    } else if (node.isTextual()) {
      return Optional.of(
          key.equals("target_modules")
              ? ModuleNames.parse(node.asText())
              : new ModuleNames.Expression(node.asText()));
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : node) {
      names.add(name.asText());
      if (!name.isTextual()) {
        problems.add(key + " has the member " + shown(name) + ", which is no name");
      }
    }
    if (!node.isArray() || names.isEmpty()) {
      problems.add(key + " must be a text or a list of names, not " + shown(node));
    }
    return Optional.of(new ModuleNames.Listed(names));
  }

  private List<Integer> layers() {
    JsonNode node = value("layers_to_transform");
    List<Integer> layers = new ArrayList<>();
    for (JsonNode layer :
        isAbsent(node) ? List.<JsonNode>of() : node.isArray() ? node : List.of(node)) {
      if (layer.isInt() && layer.asInt() >= 0 && layer.asInt() < MAX_LAYERS) {
        layers.add(layer.asInt());
      } else {
        problems.add("layers_to_transform must be layers, not " + shown(layer));
      }
    }
    JsonNode pattern = value("layers_pattern");
    boolean usual = isAbsent(pattern) || (pattern.isArray() && pattern.isEmpty());
    for (JsonNode name : pattern.isArray() ? pattern : List.of(pattern)) {
      usual |= name.asText().equals("layers") || name.asText().isEmpty();
    }
    if (!usual) {
      problems.add("layers_pattern must be \"layers\" or null, not " + shown(pattern));
    }
    return layers;
  }

  private void start() {
    JsonNode node = value("init_lora_weights");
    boolean plain = isAbsent(node) || node.isBoolean();
    if (!plain && !STARTS.contains(node.asText())) {
      problems.add(
          "init_lora_weights is "
              + shown(node)
              + ", which changes the weights of the model (convert the adapter with PEFT's"
              + " path_initial_model_for_weight_conversion)");
    }
  }

  private void refuseOthers() {
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      JsonNode node = field.getValue();
      boolean off =
          node.isNull()
              || (node.isBoolean() && !node.asBoolean())
              || (node.isContainerNode() && node.isEmpty());
      if (!off && !known.contains(field.getKey())) {
        problems.add(
            Text.printable(field.getKey()) + " is " + shown(node) + ", which is not supported");
      }
    }
  }

  private void require(String key, String expected) {
    JsonNode node = value(key);
    if (!node.asText().equals(expected)) {
      problems.add(
          key
              + " must be \""
              + expected
              + "\""
              + (node.isMissingNode() ? "; it is missing" : ", not " + shown(node)));
    }
  }

  private double number(String key, double least, double most, boolean whole) {
    JsonNode node = value(key);
    double value = node.asDouble();
    if (!node.isNumber() || !(value >= least && value <= most) || (whole && !node.isInt())) {
      String range = most == Double.MAX_VALUE ? "above 0" : "from %s to %s";
      problems.add(
          "%s must be a %snumber %s, not %s"
              .formatted(
                  key,
                  whole ? "whole " : "",
                  range.formatted(plain(least), plain(most)),
                  node.isMissingNode() ? "missing" : shown(node)));
      return 1;
    }
    return value;
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  private boolean flag(String key) {
    JsonNode node = value(key);
    if (!isAbsent(node) && !node.isBoolean()) {
      problems.add(key + " must be true or false, not " + shown(node));
    }
    return node.asBoolean();
  }

  private Optional<String> text(String key) {
    JsonNode node = value(key);
    return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
  }

  private JsonNode value(String key) {
    known.add(key);
    return root.path(key);
  }

  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private static String shown(JsonNode node) {
    return Text.printable(node.toString());
  }
}
