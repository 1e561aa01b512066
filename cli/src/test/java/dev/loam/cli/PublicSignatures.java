// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What users of a module see: supertypes, and the types in public and protected members. */
final class PublicSignatures {
  private PublicSignatures() {}

  /** Whether users can name the class. */
  static boolean isExported(JavaClass type) {
    boolean visible =
        type.getModifiers().contains(JavaModifier.PUBLIC)
            || type.getModifiers().contains(JavaModifier.PROTECTED);
    return visible
        && !(type.getPackageName() + ".").contains(".internal.")
        && type.getEnclosingClass().map(PublicSignatures::isExported).orElse(true);
  }

  static ArchCondition<JavaClass> nameInPublicSignatures(List<String> packages) {
    return new ArchCondition<>("name types of " + packages + " in public signatures") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Stream.concat(
                types(type).stream().map(t -> new Use(type.getName(), t)),
                type.getMembers().stream()
                    .filter(PublicSignatures::isVisible)
                    .flatMap(m -> types(m).stream().map(t -> new Use(m.getFullName(), t))))
            .filter(use -> use.isOf(packages))
            .map(use -> SimpleConditionEvent.satisfied(type, use.where() + " names " + use.what()))
            .forEach(events::add);
      }
    };
  }

  private record Use(String where, JavaType what) {
    boolean isOf(List<String> packages) {
      return what.getAllInvolvedRawTypes().stream()
          .anyMatch(raw -> packages.stream().anyMatch(p -> raw.getName().startsWith(p + ".")));
    }
  }

  static boolean isVisible(JavaMember member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static List<JavaType> types(JavaClass type) {
    List<JavaType> types = new ArrayList<>(type.getInterfaces());
    type.getSuperclass().ifPresent(types::add);
    return types;
  }

  private static List<JavaType> types(JavaMember member) {
    List<JavaType> types = new ArrayList<>();
    if (member instanceof JavaField field) {
      types.add(field.getType());
    } else if (member instanceof JavaCodeUnit code) {
      types.add(code.getReturnType());
      types.addAll(code.getParameterTypes());
      types.addAll(code.getExceptionTypes());
    }
    return types;
  }
}
