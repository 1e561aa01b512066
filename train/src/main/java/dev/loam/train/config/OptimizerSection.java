// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.AdamWOptions;
import java.util.List;
import java.util.Optional;

/** Reads {@code optimizer} and {@code runner_wrapper}. */
final class OptimizerSection {
  private OptimizerSection() {}

  static OptimizerConfig read(Section root) {
    AdamWOptions adamW = adamW(root.section("optimizer"));
    Section wrapper = root.section("runner_wrapper");
    boolean clips = wrapper.flag("use_clip_grad", true);
    double maxNorm = wrapper.number("max_grad_norm", 1);
    if (maxNorm <= 0) {
      wrapper.problem("max_grad_norm", "must be positive, not " + maxNorm);
    }
    wrapper.ignore("type", "scale_sense", "local_norm", "calculate_per_token_loss");
    wrapper.finish();
    return new OptimizerConfig(adamW, clips ? maxNorm : Double.POSITIVE_INFINITY, Optional.empty());
  }

  private static AdamWOptions adamW(Section section) {
    section
        .text("type")
        .filter(type -> !List.of("AdamW", "FusedAdamW").contains(type))
        .ifPresent(type -> section.problem("type", "= " + type + " is not available; use AdamW"));
    List<Double> betas = section.numbers("betas", List.of(0.9, 0.95));
    if (betas.size() != 2 || betas.stream().anyMatch(beta -> beta < 0 || beta >= 1)) {
      section.problem("betas", "must be two numbers in [0, 1), not " + betas);
      betas = List.of(0.9, 0.95);
    }
    double eps = section.number("eps", 1e-8, Double.MIN_NORMAL, Double.MAX_VALUE);
    double decay = section.number("weight_decay", 0, 0, Double.MAX_VALUE);
    section.ignore("swap", "learning_rate");
    section.finish();
    return new AdamWOptions(betas.get(0), betas.get(1), eps, decay);
  }
}
