// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.List;
import java.util.Set;

/** Reads the steps around the model of a {@code tokenizer.json}. */
final class PipelineJson {
  private static final Set<String> BYTE_LEVEL =
      Set.of("type", "add_prefix_space", "trim_offsets", "use_regex");

  private PipelineJson() {}

  static Normalization normalization(JsonValue root) {
    return root.get("normalizer")
        .map(
            normalizer -> {
              requireType(normalizer, "NFC");
              normalizer.allowOnly(Set.of("type"));
              return Normalization.NFC;
            })
        .orElse(Normalization.NONE);
  }

  static PreTokenizer preTokenizer(JsonValue root) {
    JsonValue value = root.requiredObject("pre_tokenizer");
    if (type(value).equals("ByteLevel")) {
      requireByteLevel(value, true);
      return PreTokenizer.GPT2;
    }
    if (!type(value).equals("Sequence")) {
      throw value.required("type").expected("\"ByteLevel\" or \"Sequence\"");
    }
    value.allowOnly(Set.of("type", "pretokenizers"));
    JsonValue steps = value.required("pretokenizers");
    if (steps.elements().size() != 2) {
      throw steps.expected("a Split and a ByteLevel");
    }
    PreTokenizer preTokenizer = split(steps.elements().get(0));
    requireByteLevel(steps.elements().get(1), false);
    return preTokenizer;
  }

  private static PreTokenizer split(JsonValue split) {
    requireType(split, "Split");
    split.allowOnly(Set.of("type", "pattern", "behavior", "invert"));
    JsonValue behavior = split.required("behavior");
    if (!behavior.string().equals("Isolated")) {
      throw behavior.expected("\"Isolated\"");
    }
    if (split.flag("invert")) {
      throw split.required("invert").expected("false");
    }
    JsonValue pattern = split.requiredObject("pattern");
    pattern.allowOnly(Set.of("Regex"));
    JsonValue regex = pattern.required("Regex");
    for (PreTokenizer known : PreTokenizer.values()) {
      if (known.regex().equals(regex.string())) {
        return known;
      }
    }
    throw regex.problem("an unknown expression; known are those of Qwen2, 2.5, 3 and of GPT-2");
  }

  /** Whatever comes after the model must neither add tokens nor change them. */
  static void checkPostProcessor(JsonValue root) {
    root.get("post_processor").ifPresent(PipelineJson::checkPostProcessorStep);
  }

  private static void checkPostProcessorStep(JsonValue step) {
    switch (type(step)) {
      case "ByteLevel" -> step.allowOnly(BYTE_LEVEL); // only moves offsets
      case "Sequence" -> {
        step.allowOnly(Set.of("type", "processors"));
        step.required("processors").elements().forEach(PipelineJson::checkPostProcessorStep);
      }
      case "TemplateProcessing" -> {
        step.allowOnly(Set.of("type", "single", "pair", "special_tokens"));
        for (String key : List.of("single", "pair")) {
          for (JsonValue piece : step.required(key).elements()) {
            piece.requireObject();
            if (piece.get("Sequence").isEmpty()) {
              throw piece.problem("a template that adds tokens is not supported");
            }
          }
        }
      }
      default ->
          throw step.required("type")
              .expected("\"ByteLevel\", \"Sequence\" or \"TemplateProcessing\"");
    }
  }

  static void checkDecoder(JsonValue root) {
    JsonValue decoder = root.requiredObject("decoder");
    requireType(decoder, "ByteLevel");
    decoder.allowOnly(BYTE_LEVEL); // its options concern offsets and encoding only
  }

  private static void requireByteLevel(JsonValue step, boolean useRegex) {
    requireType(step, "ByteLevel");
    step.allowOnly(BYTE_LEVEL);
    // Both are true where the file leaves them out.
    requireFlag(step, "add_prefix_space", false);
    requireFlag(step, "use_regex", useRegex);
  }

  private static void requireFlag(JsonValue step, String key, boolean wanted) {
    boolean actual = step.get(key).map(JsonValue::bool).orElse(true);
    if (actual != wanted) {
      throw step.problem("\"" + key + "\" must be " + wanted);
    }
  }

  private static void requireType(JsonValue step, String wanted) {
    if (!type(step).equals(wanted)) {
      throw step.required("type").expected(JsonValue.quoted(wanted));
    }
  }

  private static String type(JsonValue step) {
    step.requireObject();
    return step.required("type").string();
  }
}
