// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.lora.LoraCatalog;
import dev.loam.lora.LoraInit;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.LoraTargetException;
import dev.loam.lora.LoraTargets;
import dev.loam.lora.PetTargets;
import dev.loam.model.Qwen3Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code model.model_config.pet_config}. */
final class PetSection {
  /** Where adapters are unless something else is said: all matrices of a layer. */
  private static final String TARGETS = ".*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2";

  private PetSection() {}

  /**
   * The adapters, if there are to be any.
   *
   * @param base where the weights of the model itself are
   */
  static Optional<PetConfig> read(
      Section modelConfig, Optional<Qwen3Config> model, Optional<Path> base, boolean compat) {
    if (!modelConfig.has("pet_config")) {
      return Optional.empty();
    }
    Section section = modelConfig.section("pet_config");
    section.only("pet_type", "lora", "there are only low-rank adapters");
    section.only("lora_b_init", "zeros", "adapters start without effect", "zero");
    section.ignore("param_init_type", "compute_dtype");
    LoraInit init =
        section
                .choice("lora_a_init", "normal", List.of("normal", "he_uniform", "kaiming_uniform"))
                .equals("normal")
            ? LoraInit.NORMAL
            : LoraInit.HE_UNIFORM;
    int rank = section.integer("lora_rank", 8, 1, 1 << 16);
    double alpha = section.number("lora_alpha", 16, Double.MIN_VALUE, Double.MAX_VALUE);
    double dropout = section.number("lora_dropout", 0.01, 0, 0.999);
    boolean stabilized = section.flag("use_rslora", false);
    List<String> include = section.texts("freeze_include");
    List<String> exclude = section.texts("freeze_exclude");
    boolean unsaid = include.isEmpty() && exclude.isEmpty();
    Optional<LoraTargets> targets = targets(section, compat);
    if (targets.isEmpty()) {
      return Optional.empty();
    }
    LoraOptions options = new LoraOptions(rank, alpha, dropout, stabilized, targets.get());
    model.ifPresent(config -> check(section, config, options));
    return Optional.of(
        new PetConfig(
            options,
            init,
            base,
            section.path("lora_load"),
            unsaid ? List.of("*") : include,
            exclude));
  }

  private static Optional<LoraTargets> targets(Section section, boolean compat) {
    List<String> names = section.texts("target_modules");
    List<String> excluded = section.texts("exclude_layers");
    String text = names.size() > 1 ? names.toString() : section.text("target_modules", TARGETS);
    try {
      return Optional.of(
          names.size() > 1
              ? PetTargets.parse(names, excluded, compat)
              : PetTargets.parse(text, excluded, compat));
    } catch (LoraTargetException e) {
      section.problem("target_modules", "= " + text + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private static void check(Section section, Qwen3Config config, LoraOptions options) {
    try {
      LoraCatalog unused = new LoraCatalog(config, options);
    } catch (LoraTargetException e) {
      section.problem("target_modules", "= " + options.targets() + ": " + e.getMessage());
    }
  }
}
