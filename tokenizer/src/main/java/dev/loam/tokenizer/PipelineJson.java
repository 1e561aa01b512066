// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.JsonValue;
import dev.loam.tokenizer.internal.Normalization;
import java.util.List;
import java.util.Set;

/** Reads the steps around the model of a {@code tokenizer.json}. */
final class PipelineJson {
  private static final Set<String> BYTE_LEVEL =
      Set.of("type", "add_prefix_space", "trim_offsets", "use_regex");

  private PipelineJson() {}

  /**
   * How text is cut into words.
   *
   * @param addPrefixSpace whether text that does not start with a space gets one
   */
  record Words(PreTokenizer preTokenizer, boolean addPrefixSpace) {}

  static Normalization normalization(JsonValue root) {
    return root.get("normalizer").map(PipelineJson::normalizer).orElse(Normalization.NONE);
  }

  private static Normalization normalizer(JsonValue normalizer) {
    if (type(normalizer).equals("Sequence")) {
      normalizer.allowOnly(Set.of("type", "normalizers"));
      List<JsonValue> steps = normalizer.required("normalizers").elements();
      steps.forEach(PipelineJson::normalizer); // each is form C, which once is enough of
      return steps.isEmpty() ? Normalization.NONE : Normalization.NFC;
    }
    requireType(normalizer, "NFC");
    normalizer.allowOnly(Set.of("type"));
    return Normalization.NFC;
  }

  static Words words(JsonValue root) {
    JsonValue value = root.requiredObject("pre_tokenizer");
    if (type(value).equals("ByteLevel")) {
      return byteLevel(value);
    }
    if (!type(value).equals("Sequence")) {
      throw value.required("type").expected("\"ByteLevel\" or \"Sequence\"");
    }
    value.allowOnly(Set.of("type", "pretokenizers"));
    JsonValue steps = value.required("pretokenizers");
    List<JsonValue> elements = steps.elements();
    if (elements.size() == 1 && type(elements.get(0)).equals("ByteLevel")) {
      return byteLevel(elements.get(0));
    }
    if (elements.size() != 2) {
      throw steps.expected("a Split and a ByteLevel");
    }
    PreTokenizer preTokenizer = split(elements.get(0));
    JsonValue byteLevel = elements.get(1);
    checkByteLevel(byteLevel, false);
    // Here it would put a space before every word.
    if (flag(byteLevel, "add_prefix_space")) {
      throw byteLevel.problem("\"add_prefix_space\" must be false");
    }
    return new Words(preTokenizer, false);
  }

  private static Words byteLevel(JsonValue step) {
    checkByteLevel(step, true);
    return new Words(PreTokenizer.GPT2, flag(step, "add_prefix_space"));
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

  /**
   * Whatever comes after the model must neither add tokens nor change them; it may trim the spans
   * that the library gives.
   */
  static boolean trimOffsets(JsonValue root) {
    return root.get("post_processor").map(PipelineJson::trims).orElse(false);
  }

  private static boolean trims(JsonValue step) {
    switch (type(step)) {
      case "ByteLevel" -> {
        step.allowOnly(BYTE_LEVEL);
        return flag(step, "trim_offsets");
      }
      case "Sequence" -> {
        step.allowOnly(Set.of("type", "processors"));
        boolean trims = false;
        for (JsonValue processor : step.required("processors").elements()) {
          trims |= trims(processor);
        }
        return trims;
      }
      case "TemplateProcessing" -> {
        step.allowOnly(Set.of("type", "single", "pair", "special_tokens"));
        for (String key : List.of("single", "pair")) {
          step.required(key).elements().forEach(PipelineJson::checkPiece);
        }
        return false;
      }
      default ->
          throw step.required("type")
              .expected("\"ByteLevel\", \"Sequence\" or \"TemplateProcessing\"");
    }
  }

  private static void checkPiece(JsonValue piece) {
    piece.requireObject();
    if (piece.get("Sequence").isEmpty()) {
      throw piece.problem("a template that adds tokens is not supported");
    }
  }

  static void checkDecoder(JsonValue root) {
    JsonValue decoder = root.requiredObject("decoder");
    if (type(decoder).equals("Sequence")) {
      decoder.allowOnly(Set.of("type", "decoders"));
      JsonValue steps = decoder.required("decoders");
      if (steps.elements().size() != 1) {
        throw steps.expected("one ByteLevel");
      }
      decoder = steps.elements().get(0);
    }
    requireType(decoder, "ByteLevel");
    decoder.allowOnly(BYTE_LEVEL); // its options concern offsets and encoding only
  }

  private static void checkByteLevel(JsonValue step, boolean useRegex) {
    requireType(step, "ByteLevel");
    step.allowOnly(BYTE_LEVEL);
    if (flag(step, "use_regex") != useRegex) {
      throw step.problem("\"use_regex\" must be " + useRegex);
    }
  }

  /** A flag of ByteLevel, all of which are true where the file leaves them out. */
  private static boolean flag(JsonValue step, String key) {
    return step.get(key).map(JsonValue::bool).orElse(true);
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
