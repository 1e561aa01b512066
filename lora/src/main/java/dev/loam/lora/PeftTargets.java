// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.lora.ModuleNames.Listed;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Targets as Hugging Face's PEFT names them, found as PEFT 0.21 finds them. Each layer has an
 * adapter of its own.
 *
 * @param modules {@code target_modules}
 * @param excluded {@code exclude_modules}
 * @param layers {@code layers_to_transform}: the decoder layers that count, where the modules are
 *     ends of paths; empty for all
 */
public record PeftTargets(ModuleNames modules, Optional<ModuleNames> excluded, List<Integer> layers)
    implements LoraTargets {

  private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d{1,9})\\..*");

  /**
   * Copies the list.
   *
   * @throws LoraTargetException if layers are given and the modules are an expression
   */
  public PeftTargets {
    layers = List.copyOf(layers);
    if (!layers.isEmpty() && !(modules instanceof Listed)) {
      throw new LoraTargetException(
          "layers_to_transform goes with a list of target_modules, not with " + modules);
    }
  }

  /** Paths or ends of paths. */
  public static PeftTargets of(List<String> names) {
    return of(new Listed(names));
  }

  /** Some modules, without exception. */
  public static PeftTargets of(ModuleNames modules) {
    return new PeftTargets(modules, Optional.empty(), List.of());
  }

  @Override
  public boolean includes(String module) {
    return !excluded.map(names -> names.includes(module)).orElse(false)
        && modules.includes(module)
        && (isPath(module) || isInLayers(module));
  }

  private boolean isPath(String module) {
    return modules instanceof Listed listed && listed.names().contains(module);
  }

  private boolean isInLayers(String module) {
    if (layers.isEmpty()) {
      return true;
    }
    Matcher layer = LAYER.matcher(module);
    return layer.matches() && layers.contains(Integer.parseInt(layer.group(1)));
  }

  /** Names of a list that mean none of some modules. */
  List<String> unused(List<String> all) {
    return modules instanceof Listed listed
        ? listed.names().stream()
            .filter(name -> all.stream().noneMatch(module -> Listed.means(name, module)))
            .toList()
        : List.of();
  }

  @Override
  public boolean fused() {
    return false;
  }

  @Override
  public String toString() {
    return modules
        + excluded.map(names -> " without " + names).orElse("")
        + (layers.isEmpty() ? "" : " in layers " + layers);
  }
}
