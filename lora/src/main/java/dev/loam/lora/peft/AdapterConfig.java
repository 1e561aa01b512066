// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.lora.LoraModule;
import dev.loam.lora.LoraModules;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.PeftTargets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code adapter_config.json} says of an adapter, as far as it matters.
 *
 * @param rank {@code r}
 * @param alpha {@code lora_alpha}
 * @param dropout {@code lora_dropout}
 * @param rankStabilized {@code use_rslora}
 * @param targets {@code target_modules}, {@code exclude_modules} and {@code layers_to_transform}
 * @param baseModel {@code base_model_name_or_path}: the model it was trained for; not checked
 */
public record AdapterConfig(
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilized,
    PeftTargets targets,
    Optional<String> baseModel) {
  /** Its name in the folder of an adapter. */
  public static final String NAME = "adapter_config.json";

  /** Checks the numbers. */
  public AdapterConfig {
    LoraOptions unused = new LoraOptions(rank, alpha, dropout, rankStabilized, targets);
  }

  /**
   * What describes adapters to PEFT: targets that it does not know become the names of the layers
   * they mean.
   *
   * @param modules those of the model
   * @throws dev.loam.lora.LoraTargetException if the targets mean none of them
   */
  public static AdapterConfig of(
      LoraOptions options, LoraModules modules, Optional<String> baseModel) {
    List<LoraModule> selected = modules.select(options.targets());
    PeftTargets targets =
        options.targets() instanceof PeftTargets peft ? peft : named(selected, modules);
    return new AdapterConfig(
        options.rank(),
        options.alpha(),
        options.dropout(),
        options.rankStabilized(),
        targets,
        baseModel);
  }

  /** By their own names if those mean no others, else by their paths. */
  private static PeftTargets named(List<LoraModule> selected, LoraModules modules) {
    Set<String> names = new LinkedHashSet<>();
    selected.forEach(module -> names.add(module.ownName()));
    PeftTargets byOwnNames = PeftTargets.of(List.copyOf(names));
    return modules.select(byOwnNames).equals(selected)
        ? byOwnNames
        : PeftTargets.of(selected.stream().map(LoraModule::name).toList());
  }

  /** The adapters it describes. */
  public LoraOptions options() {
    return new LoraOptions(rank, alpha, dropout, rankStabilized, targets);
  }

  /**
   * Reads a file.
   *
   * @throws dev.loam.checkpoint.CheckpointException if it cannot be read, or says what changes the
   *     result and is not supported: all problems in one message
   */
  public static AdapterConfig read(Path file) {
    return AdapterConfigReader.read(file);
  }

  /** As PEFT 0.21 writes it, with all its keys. */
  public String toJson() {
    return AdapterConfigWriter.json(this);
  }
}
