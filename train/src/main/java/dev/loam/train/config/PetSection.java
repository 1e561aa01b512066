// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads {@code model.model_config.pet_config}. */
final class PetSection {
  /** Where adapters are unless something else is said: all matrices of a layer. */
  private static final String TARGETS = ".*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2";

  private PetSection() {}

  static Optional<PetConfig> read(Section model) {
    if (!model.has("pet_config")) {
      return Optional.empty();
    }
    Section section = model.section("pet_config");
    section.only("pet_type", "lora", "there are only low-rank adapters");
    section.only("lora_a_init", "normal", "the first matrix starts with normal numbers");
    section.only("lora_b_init", "zeros", "adapters start without effect", "zero");
    section.ignore("param_init_type", "compute_dtype");
    PetConfig config =
        new PetConfig(
            section.integer("lora_rank", 8, 1, 1 << 16),
            section.number("lora_alpha", 16, Double.MIN_VALUE, Double.MAX_VALUE),
            section.number("lora_dropout", 0.01, 0, 0.999),
            expression(section, section.text("target_modules", TARGETS)),
            section.texts("exclude_layers"),
            section.texts("freeze_include"),
            section.texts("freeze_exclude"));
    return Optional.of(config);
  }

  private static String expression(Section section, String text) {
    try {
      Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      section.problem(
          "target_modules",
          "'"
              + text
              + "' is no regular expression: "
              + e.getDescription().toLowerCase(Locale.ROOT));
    }
    return text;
  }
}
