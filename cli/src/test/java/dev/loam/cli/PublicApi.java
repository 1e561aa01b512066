// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What users can name, one line for each type and each public or protected member, by module. A
 * type's line has its supertypes and what it asks of those who implement it, so that a new abstract
 * method is a change as well.
 */
final class PublicApi {
  /** The modules that others depend on. */
  static final List<String> PUBLISHED =
      List.of(
          "tensor",
          "tensor.torch",
          "tensor.nd4j",
          "tokenizer",
          "data",
          "data.parquet",
          "parallel",
          "parallel.mpi",
          "checkpoint",
          "model",
          "lora",
          "train",
          "serve",
          "cli");

  private PublicApi() {}

  /** The lines of each module. */
  static Map<String, NavigableSet<String>> of(JavaClasses classes) {
    Map<String, NavigableSet<String>> modules = new TreeMap<>();
    for (JavaClass type : classes) {
      if (PublicSignatures.isExported(type) && !type.getSimpleName().equals("package-info")) {
        NavigableSet<String> lines =
            modules.computeIfAbsent(Modules.of(type).orElse(""), module -> new TreeSet<>());
        lines.add(line(type));
        members(type).map(member -> line(type, member)).forEach(lines::add);
      }
    }
    return modules;
  }

  private static Stream<JavaMember> members(JavaClass type) {
    return type.getMembers().stream()
        .filter(PublicSignatures::isVisible)
        .filter(member -> !member.getModifiers().contains(JavaModifier.SYNTHETIC))
        .filter(member -> !member.getModifiers().contains(JavaModifier.BRIDGE));
  }

  private static String line(JavaClass type) {
    String kind =
        type.isInterface()
            ? "interface"
            : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    List<JavaType> supertypes =
        Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream()).toList();
    String required =
        type.getMethods().stream()
            .filter(method -> method.getModifiers().contains(JavaModifier.ABSTRACT))
            .map(JavaMethod::getName)
            .sorted()
            .collect(Collectors.joining(", "));
    return type.getName()
        + " "
        + modifiers(type.getModifiers().stream())
        + kind
        + (supertypes.isEmpty() ? "" : " of " + names(supertypes))
        + (required.isEmpty() ? "" : " requires " + required);
  }

  private static String line(JavaClass type, JavaMember member) {
    String start = type.getName() + "." + member.getName();
    String modifiers = modifiers(member.getModifiers().stream());
    if (member instanceof JavaField field) {
      return start + " " + modifiers + field.getType().getName();
    }
    JavaCodeUnit code = (JavaCodeUnit) member;
    return start
        + "("
        + names(code.getParameterTypes())
        + ") "
        + modifiers
        + code.getReturnType().getName()
        + (code.getExceptionTypes().isEmpty() ? "" : " throws " + names(code.getExceptionTypes()));
  }

  private static String names(List<? extends JavaType> types) {
    return types.stream().map(JavaType::getName).collect(Collectors.joining(", "));
  }

  private static String modifiers(Stream<JavaModifier> modifiers) {
    return modifiers
        .filter(
            m ->
                m == JavaModifier.STATIC
                    || m == JavaModifier.FINAL
                    || m == JavaModifier.ABSTRACT
                    || m == JavaModifier.PROTECTED)
        .map(m -> m.name().toLowerCase(java.util.Locale.ROOT) + " ")
        .sorted()
        .collect(Collectors.joining());
  }
}
