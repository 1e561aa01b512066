// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.Optional;

/** Reads {@code lr_schedule}. */
final class LrSection {
  private LrSection() {}

  static LrConfig read(Section section) {
    LrConfig.Kind kind =
        switch (section.text("type", "ConstantWarmUpLR")) {
          case "ConstantWarmUpLR" -> LrConfig.Kind.CONSTANT;
          case "LinearWithWarmUpLR" -> LrConfig.Kind.LINEAR;
          case "CosineWithWarmUpLR" -> LrConfig.Kind.COSINE;
          default -> {
            section.problem(
                "type",
                "is not available; ConstantWarmUpLR, LinearWithWarmUpLR or CosineWithWarmUpLR");
            yield LrConfig.Kind.CONSTANT;
          }
        };
    if (!section.has("learning_rate")) {
      section.problem("learning_rate", "is missing");
    }
    LrConfig config =
        new LrConfig(
            kind,
            section.number("learning_rate", 0, 0, Double.MAX_VALUE),
            section.number("lr_end", 0, 0, Double.MAX_VALUE),
            section.number("num_cycles", 0.5),
            section.number("warmup_lr_init", 0, 0, Double.MAX_VALUE),
            section.integer("warmup_steps", 0, 0, Integer.MAX_VALUE),
            section.has("warmup_ratio")
                ? Optional.of(section.number("warmup_ratio", 0, 0, 1))
                : Optional.empty(),
            section.integer("total_steps").filter(steps -> steps > 0));
    section.integer("step_offset");
    section.finish();
    return config;
  }
}
