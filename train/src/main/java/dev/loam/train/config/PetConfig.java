// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;

/**
 * Low-rank adapters beside weights that stay as they are ({@code pet_config} of MindFormers).
 *
 * @param rank {@code lora_rank}
 * @param alpha {@code lora_alpha}: the adapters' output is multiplied by alpha / rank
 * @param dropout {@code lora_dropout}: the share of the adapters' inputs that is zeroed
 * @param targetModules {@code target_modules}: a regular expression that the names of the layers
 *     with adapters match from their beginning on
 * @param excludeLayers {@code exclude_layers}: expressions of those without
 * @param freezeInclude {@code freeze_include}: patterns with {@code *} of parameters that stay as
 *     they are
 * @param freezeExclude {@code freeze_exclude}: patterns of those that are trained nevertheless
 */
public record PetConfig(
    int rank,
    double alpha,
    double dropout,
    String targetModules,
    List<String> excludeLayers,
    List<String> freezeInclude,
    List<String> freezeExclude) {
  /** Copies the lists. */
  public PetConfig {
    excludeLayers = List.copyOf(excludeLayers);
    freezeInclude = List.copyOf(freezeInclude);
    freezeExclude = List.copyOf(freezeExclude);
  }
}
