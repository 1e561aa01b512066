// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.lora.LoraInit;
import dev.loam.lora.LoraOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Low-rank adapters beside weights that stay as they are ({@code pet_config} of MindFormers).
 *
 * @param options rank, scale, dropout and targets
 * @param init how first matrices begin
 * @param base where the weights of the model itself are; drawn from the seed if nowhere
 * @param adapter an adapter in PEFT's format to begin with
 * @param freezeInclude {@code freeze_include}: patterns with {@code *} of parameters that stay as
 *     they are
 * @param freezeExclude {@code freeze_exclude}: patterns of those that are trained nevertheless
 */
public record PetConfig(
    LoraOptions options,
    LoraInit init,
    Optional<Path> base,
    Optional<Path> adapter,
    List<String> freezeInclude,
    List<String> freezeExclude) {
  /** Copies the lists. */
  public PetConfig {
    freezeInclude = List.copyOf(freezeInclude);
    freezeExclude = List.copyOf(freezeExclude);
  }

  /** Whether a parameter of the model itself is trained beside the adapters. */
  public boolean trains(String parameter) {
    return !NamePatterns.matchAny(freezeInclude, parameter)
        || NamePatterns.matchAny(freezeExclude, parameter);
  }
}
