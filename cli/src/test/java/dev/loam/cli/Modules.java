// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The modules and the arrows between them. */
final class Modules {
  private static final String ROOT = "dev.loam.";

  /** Packages of modules, without {@code dev.loam}, and what each may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("tensor", Set.of()),
          Map.entry("tensor.torch", Set.of("tensor")),
          Map.entry("tensor.nd4j", Set.of("tensor")),
          Map.entry("tokenizer", Set.of()),
          Map.entry("data", Set.of("tokenizer")),
          Map.entry("data.parquet", Set.of("data", "tokenizer")),
          Map.entry("parallel", Set.of("tensor")),
          Map.entry("parallel.mpi", Set.of("parallel", "tensor")),
          Map.entry("checkpoint", Set.of("tensor", "parallel")),
          Map.entry("model", Set.of("tensor", "parallel", "checkpoint")),
          Map.entry("lora", Set.of("tensor", "parallel", "checkpoint", "model")),
          Map.entry(
              "train",
              Set.of("tensor", "tokenizer", "data", "parallel", "checkpoint", "model", "lora")),
          Map.entry(
              "serve", Set.of("tensor", "tokenizer", "parallel", "checkpoint", "model", "lora")),
          Map.entry(
              "examples",
              Set.of(
                  "tensor",
                  "tokenizer",
                  "data",
                  "parallel",
                  "checkpoint",
                  "model",
                  "lora",
                  "train")),
          Map.entry(
              "benchmarks",
              Set.of(
                  "tensor",
                  "tokenizer",
                  "data",
                  "parallel",
                  "checkpoint",
                  "model",
                  "lora",
                  "train")),
          Map.entry(
              "cli",
              Set.of(
                  "tensor",
                  "tokenizer",
                  "data",
                  "parallel",
                  "parallel.mpi",
                  "checkpoint",
                  "model",
                  "lora",
                  "train",
                  "serve",
                  "examples",
                  "benchmarks")));

  private Modules() {}

  /** The module a class of Loam belongs to: the longest package that holds it. */
  static Optional<String> of(JavaClass type) {
    String inRoot = type.getPackageName().substring(ROOT.length()) + ".";
    return MAY_USE.keySet().stream()
        .filter(module -> inRoot.startsWith(module + "."))
        .max((a, b) -> Integer.compare(a.length(), b.length()));
  }

  /** Classes use their own module and those below it, and of others nothing internal. */
  static ArchCondition<JavaClass> dependOnlyDownwards() {
    return new ArchCondition<>("depend only on their own module and those below") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        String module = of(type).orElse("");
        if (module.isEmpty()) {
          events.add(SimpleConditionEvent.violated(type, type + " belongs to no known module"));
          return;
        }
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass().getBaseComponentType();
          if (target.getPackageName().startsWith(ROOT) && !allowed(module, target)) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static boolean allowed(String module, JavaClass target) {
    String other = of(target).orElse("");
    boolean internal = (target.getPackageName() + ".").contains(".internal.");
    return module.equals(other)
        || (MAY_USE.getOrDefault(module, Set.of()).contains(other) && !internal);
  }
}
