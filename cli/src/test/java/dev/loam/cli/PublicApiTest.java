// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * What users compile against does not go away unnoticed: everything that {@code src/test/api}
 * records is still there. New members are free until they are recorded, which {@code mvn -pl cli
 * -am test -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -Dloam.api.record=true}
 * does.
 */
@AnalyzeClasses(
    packages = "dev.loam",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestKit.class})
class PublicApiTest {
  private static final Path RECORD = TestData.root().resolve("cli/src/test/api");

  @ArchTest
  static void nothingThatIsRecordedHasGone(JavaClasses classes) throws IOException {
    Map<String, NavigableSet<String>> modules = PublicApi.of(classes);
    if (Boolean.getBoolean("loam.api.record")) {
      record(modules);
    }
    for (String module : PublicApi.PUBLISHED) {
      Set<String> gone = new TreeSet<>(Files.readAllLines(file(module)));
      assertThat(gone).as("record of " + module).isNotEmpty();
      gone.removeAll(modules.getOrDefault(module, new TreeSet<>()));
      assertThat(gone)
          .as(
              "public API of %s that is gone or has changed; where that is meant, say so in"
                  + " CHANGELOG.md and record the API anew (see PublicApiTest)",
              module)
          .isEmpty();
    }
  }

  private static void record(Map<String, NavigableSet<String>> modules) throws IOException {
    Files.createDirectories(RECORD);
    for (String module : PublicApi.PUBLISHED) {
      Files.write(file(module), modules.getOrDefault(module, new TreeSet<>()));
    }
  }

  private static Path file(String module) {
    return RECORD.resolve(module + ".txt");
  }
}
