// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Targets of a {@code pet_config}, in the names of MindSpore Transformers or in those of PEFT. An
 * expression that matches a name of the former is meant so; otherwise the names of PEFT's modules
 * are compared, whole paths or, as the former does, own names.
 */
public final class PetTargets {
  private static final List<String> OWN_NAMES =
      List.of(
          "embed_tokens",
          "q_proj",
          "k_proj",
          "v_proj",
          "o_proj",
          "gate_proj",
          "up_proj",
          "down_proj",
          "lm_head");

  private PetTargets() {}

  /**
   * Targets of one text.
   *
   * @param text {@code target_modules}
   * @param excluded {@code exclude_layers}: expressions of own names
   * @param upstreamCompat as for {@link MindFormersTargets}
   * @throws LoraTargetException if an expression is none
   */
  public static LoraTargets parse(String text, List<String> excluded, boolean upstreamCompat) {
    if (MindFormersTargets.matchesAny(text)) {
      return new MindFormersTargets(text, excluded, upstreamCompat);
    }
    PythonPattern pattern = PythonPattern.compile(text);
    List<String> names = OWN_NAMES.stream().filter(pattern::matchesAll).toList();
    boolean ofPaths = names.isEmpty() || names.stream().anyMatch(n -> pattern.matchesAll(path(n)));
    ModuleNames modules = ofPaths ? ModuleNames.parse(text) : new ModuleNames.Listed(names);
    return new PeftTargets(modules, without(excluded), List.of());
  }

  /** Some path that ends so. */
  private static String path(String ownName) {
    return "model.layers.0." + ownName;
  }

  /**
   * Targets of a list, whose members are names of PEFT, or expressions of MindSpore Transformers if
   * the first matches a name of those.
   *
   * @throws LoraTargetException if an expression is none
   */
  public static LoraTargets parse(
      List<String> names, List<String> excluded, boolean upstreamCompat) {
    if (!names.isEmpty() && MindFormersTargets.matchesAny(names.get(0))) {
      return new MindFormersTargets(
          "(?:" + String.join(")|(?:", names) + ")", excluded, upstreamCompat);
    }
    return new PeftTargets(new ModuleNames.Listed(names), without(excluded), List.of());
  }

  private static Optional<ModuleNames> without(List<String> excluded) {
    List<PythonPattern> patterns = excluded.stream().map(PythonPattern::compile).toList();
    List<String> names = new ArrayList<>();
    for (String name : OWN_NAMES) {
      boolean matches =
          Stream.of(name, MindFormersTargets.name(name))
              .anyMatch(n -> patterns.stream().anyMatch(p -> p.matchesStart(n)));
      if (matches) {
        names.add(name);
      }
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(new ModuleNames.Listed(names));
  }
}
