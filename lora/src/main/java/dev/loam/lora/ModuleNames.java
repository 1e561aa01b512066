// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Modules as PEFT's {@code target_modules} and {@code exclude_modules} name them. */
public sealed interface ModuleNames {
  /** Whether a module is named; its path is as for {@link LoraTargets#includes}. */
  boolean includes(String module);

  /**
   * A text: {@code all-linear}, or an expression.
   *
   * @throws LoraTargetException if it is neither
   */
  static ModuleNames parse(String text) {
    return text.toLowerCase(Locale.ROOT).equals("all-linear")
        ? new AllLinear()
        : new Expression(text);
  }

  /** Paths, or ends of paths that begin after a dot. */
  record Listed(List<String> names) implements ModuleNames {
    /** Copies the list. */
    public Listed {
      names = List.copyOf(names);
    }

    @Override
    public boolean includes(String module) {
      return names.stream().anyMatch(name -> means(name, module));
    }

    static boolean means(String name, String module) {
      return module.equals(name) || module.endsWith("." + name);
    }

    @Override
    public String toString() {
      return names.toString();
    }
  }

  /** An expression in Python's syntax that the whole path matches. */
  record Expression(String text) implements ModuleNames {
    /** Checks the expression. */
    public Expression {
      PythonPattern unused = PythonPattern.compile(text);
    }

    @Override
    public boolean includes(String module) {
      return PythonPattern.compile(text).matchesAll(module);
    }

    @Override
    public String toString() {
      return "'" + text + "'";
    }
  }

  /** All linear layers but the head. */
  record AllLinear() implements ModuleNames {
    private static final Set<String> NAMES =
        Set.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    @Override
    public boolean includes(String module) {
      return NAMES.contains(module.substring(module.lastIndexOf('.') + 1));
    }

    @Override
    public String toString() {
      return "all-linear";
    }
  }
}
