// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.AdamWOptions;
import java.util.List;
import java.util.Optional;

/** Reads {@code optimizer} and {@code runner_wrapper}. */
final class OptimizerSection {
  private static final List<String> WRAPPERS =
      List.of(
          "MFTrainOneStepCell",
          "MFPipelineWithLossScaleCell",
          "TrainOneStepCell",
          "TrainOneStepWithLossScaleCell",
          "PipelineCell");

  private OptimizerSection() {}

  static OptimizerConfig read(Section root, boolean compat) {
    AdamWOptions adamW = adamW(root.section("optimizer"), compat);
    Section wrapper = root.section("runner_wrapper");
    wrapper.choice("type", WRAPPERS);
    boolean clips = wrapper.flag("use_clip_grad", true);
    double maxNorm = wrapper.number("max_grad_norm", 1);
    if (maxNorm <= 0) {
      wrapper.problem("max_grad_norm", "must be positive, not " + maxNorm);
    }
    Optional<Double> scale = lossScale(wrapper);
    wrapper.only("local_norm", "False", "norms of parameters are asked for in monitor_config");
    wrapper.ignore("calculate_per_token_loss");
    wrapper.finish();
    return new OptimizerConfig(
        adamW.beta1(),
        adamW.beta2(),
        adamW.eps(),
        adamW.weightDecay(),
        clips ? maxNorm : Double.POSITIVE_INFINITY,
        scale);
  }

  private static AdamWOptions adamW(Section section, boolean compat) {
    section
        .text("type")
        .filter(type -> !List.of("AdamW", "FusedAdamW").contains(type))
        .ifPresent(
            type ->
                section.problem(
                    "type",
                    "= "
                        + type
                        + " is not available"
                        + (type.contains("Pma") ? ": models are not averaged" : "")
                        + "; use AdamW"));
    List<Double> absent = List.of(0.9, compat ? 0.999 : 0.95);
    List<Double> betas = section.numbers("betas", absent);
    if (betas.size() != 2 || betas.stream().anyMatch(beta -> beta < 0 || beta >= 1)) {
      section.problem("betas", "must be two numbers in [0, 1), not " + betas);
      betas = absent;
    }
    double eps = section.number("eps", 1e-8, Double.MIN_NORMAL, Double.MAX_VALUE);
    double decay = section.number("weight_decay", 0, 0, Double.MAX_VALUE);
    section.ignore("swap", "learning_rate");
    section.finish();
    return new AdamWOptions(betas.get(0), betas.get(1), eps, decay);
  }

  /** Only a fixed scale can be told: float32 never overflows where a dynamic one would react. */
  private static Optional<Double> lossScale(Section wrapper) {
    if (!wrapper.isSection("scale_sense")) {
      return wrapper
          .number("scale_sense")
          .map(unused -> wrapper.number("scale_sense", 1, Double.MIN_NORMAL, Double.MAX_VALUE));
    }
    Section sense = wrapper.section("scale_sense");
    String type =
        sense
            .choice("type", List.of("DynamicLossScaleUpdateCell", "FixedLossScaleUpdateCell"))
            .orElse("");
    double value = sense.number("loss_scale_value", 65536, Double.MIN_NORMAL, Double.MAX_VALUE);
    sense.integer("scale_factor", 2, 2, Integer.MAX_VALUE);
    sense.integer("scale_window", 1000, 1, Integer.MAX_VALUE);
    sense.finish();
    if (type.startsWith("Fixed")) {
      return Optional.of(value);
    }
    wrapper.ignore("scale_sense");
    return Optional.empty();
  }
}
