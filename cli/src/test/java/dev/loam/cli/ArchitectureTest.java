// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.FileDescriptor;
import java.io.ObjectInputStream;
import java.util.List;

/** The rules that all modules keep, over every class of Loam on the class path. */
@AnalyzeClasses(
    packages = "dev.loam",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestKit.class})
class ArchitectureTest {
  /** Leaves out what only tests use. */
  static final class NoTestKit implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/dev/loam/testkit/");
    }
  }

  @ArchTest
  static final ArchRule modulesDependDownwards = classes().should(Modules.dependOnlyDownwards());

  /** Or a second signal. */
  @ArchTest
  static final ArchRule onlyMainEndsTheProcess =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(Main.class.getName())
          .and()
          .doNotHaveFullyQualifiedName(StopSignals.class.getName())
          .should()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "exit", int.class)
          .orShould()
          .callMethod(Runtime.class, "halt", int.class);

  /** And the programs that show how Loam is embedded. */
  @ArchTest
  static final ArchRule onlyMainKnowsTheStandardStreams =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName(Main.class.getName())
          .and()
          .resideOutsideOfPackage("dev.loam.examples.embed")
          .should(ACCESS_STANDARD_STREAMS)
          .orShould()
          .accessField(FileDescriptor.class, "out")
          .orShould()
          .accessField(FileDescriptor.class, "err");

  @ArchTest
  static final ArchRule noJavaSerialization =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);

  /** Nor under names that come from outside: the two that may have constants. */
  @ArchTest
  static final ArchRule noClassesByName =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.loam.tensor.torch.DjlInternals")
          .and()
          .doNotHaveFullyQualifiedName(Signals.class.getName())
          .should()
          .callMethodWhere(target(owner(assignableTo(Class.class))).and(target(name("forName"))))
          .orShould()
          .callMethodWhere(
              target(owner(assignableTo(ClassLoader.class))).and(target(name("loadClass"))));

  @ArchTest
  static final ArchRule noProcessesAndScripts =
      noClasses()
          .should()
          .dependOnClassesThat()
          .areAssignableTo(ProcessBuilder.class)
          .orShould()
          .callMethodWhere(target(owner(assignableTo(Runtime.class))).and(target(name("exec"))))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("javax.script..");

  @ArchTest
  static final ArchRule noDesktop =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("java.awt..", "javax.swing..");

  @ArchTest
  static final ArchRule onlyTheServerKnowsTheNetwork =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.loam.serve..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "javax.net..", "com.sun.net..");

  @ArchTest
  static final ArchRule onlyTheTorchEngineKnowsDjl =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.loam.tensor.torch..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule onlyTheReferenceEngineKnowsNd4j =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.loam.tensor.nd4j..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.nd4j..", "org.bytedeco..");

  @ArchTest
  static final ArchRule librariesStayInside =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.loam.cli..")
          .and(describe("are exported", PublicSignatures::isExported))
          .should(
              PublicSignatures.nameInPublicSignatures(
                  List.of("com.google.common", "com.fasterxml", "org.yaml", "picocli")));

  @ArchTest
  static final ArchRule nothingDeprecated =
      noClasses()
          .should()
          .accessTargetWhere(target(annotatedWith(Deprecated.class)))
          .orShould()
          .dependOnClassesThat()
          .areAnnotatedWith(Deprecated.class);
}
