// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The {@code loam} script, with a Java and a Maven that only say what they were asked for. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir Path folder;
  private Path root;
  private Path bin;

  private record Result(int exitCode, String out, String err) {}

  @BeforeEach
  void prepare() throws IOException {
    root = Files.createDirectories(folder.resolve("source tree"));
    bin = Files.createDirectories(folder.resolve("bin"));
    Files.copy(TestData.root().resolve("loam"), root.resolve("loam"));
    assertThat(root.resolve("loam").toFile().setExecutable(true)).isTrue();
    java("17.0.15");
  }

  @Test
  void argumentsArriveAsTheyAre() throws Exception {
    built();
    Files.createDirectories(folder.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("elsewhere/link"), Path.of("../source tree/loam"));
    Result result =
        run(
            List.of("elsewhere/link", "generate", "", "a b", "*", "\"[1,2]\"", "世界", "-Dx"),
            Map.of("LOAM_JAVA_OPTS", "-Xmx1g -Dpattern=*"));
    assertThat(result.exitCode()).isEqualTo(7);
    assertThat(result.err()).isEmpty();
    String real = root.toRealPath().toString();
    assertThat(result.out().lines())
        .containsExactly(
            "-Dai.djl.offline=true",
            "-Xmx1g",
            "-Dpattern=*",
            "-cp",
            real + "/cli/target/loam-cli-1.jar:" + real + "/cli/target/lib/*",
            "dev.loam.cli.Main",
            "generate",
            "",
            "a b",
            "*",
            "\"[1,2]\"",
            "世界",
            "-Dx",
            "huge pages 1");
  }

  @Test
  void environmentOfTheCallerCounts() throws Exception {
    built();
    assertThat(run(List.of(script()), Map.of("THP_MEM_ALLOC_ENABLE", "0")).out())
        .contains("huge pages 0");
  }

  @Test
  void trainingKeepsTheHeapSmallAndLeavesTheCollectorToTheCaller() throws Exception {
    built();
    for (String command : new String[] {"train", "bench", "quickstart"}) {
      assertThat(run(List.of(script(), command), Map.of()).out().lines())
          .contains("-Xmn64m", "-XX:+UseParallelGC");
    }
    for (String variable : new String[] {"JAVA_OPTS", "LOAM_JAVA_OPTS", "JDK_JAVA_OPTIONS"}) {
      Map<String, String> options = Map.of(variable, "-Xmx1g -XX:+UseG1GC");
      assertThat(run(List.of(script(), "train"), options).out().lines())
          .contains("-Xmn64m")
          .doesNotContain("-XX:+UseParallelGC");
    }
    assertThat(run(List.of(script(), "tokenize"), Map.of()).out().lines())
        .doesNotContain("-Xmn64m", "-XX:+UseParallelGC");
  }

  @Test
  void newerJavaIsAllowedNativeAccess() throws Exception {
    built();
    java("24.0.1");
    assertThat(run(List.of(script()), Map.of()).out())
        .contains("--enable-native-access=ALL-UNNAMED\n");
  }

  @Test
  void oldJavaIsRefused() throws Exception {
    built();
    for (String version : new String[] {"1.8.0_402", "11.0.2", "16"}) {
      java(version);
      Result result = run(List.of(script()), Map.of());
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err())
          .startsWith("loam: ")
          .contains("is Java " + version + ", too old; install Java 17 or newer");
    }
  }

  @Test
  void missingJavaIsSaid() throws Exception {
    Files.delete(bin.resolve("java"));
    assertThat(run(List.of(script()), Map.of()).err())
        .isEqualTo("loam: no java found; install Java 17 or newer, or set JAVA_HOME\n");
    assertThat(run(List.of(script()), Map.of("JAVA_HOME", "/nowhere")).err())
        .startsWith("loam: JAVA_HOME is /nowhere, but /nowhere/bin/java cannot be run");
  }

  @Test
  void missingOrOldMavenIsSaidWhereABuildIsNeeded() throws Exception {
    assertThat(run(List.of(script()), Map.of()).err())
        .startsWith("loam: not built yet, and no Maven found; install Maven 3.8 or newer");
    maven("3.6.3", "exit 0");
    Result result = run(List.of(script()), Map.of());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).contains("Maven is 3.6, too old; install Maven 3.8 or newer");
  }

  @Test
  void buildsOnceAndKeepsStandardOutputClean() throws Exception {
    maven(
        "3.8.7",
        "echo built \"$@\"; mkdir -p cli/target/lib; touch cli/target/loam-cli-1.jar; pwd");
    Result first = run(List.of(script(), "tokenize"), Map.of());
    assertThat(first.exitCode()).isEqualTo(7);
    assertThat(first.out()).startsWith("-Dai.djl.offline=true\n").doesNotContain("built");
    assertThat(first.err())
        .contains(
            "loam: building, which happens once",
            "built -q -DskipTests -Dspotless.check.skip -pl cli -am package",
            root.toRealPath() + "\n");
    assertThat(run(List.of(script(), "tokenize"), Map.of()).err()).isEmpty();
  }

  @Test
  void failedBuildEndsTheRun() throws Exception {
    maven("3.9.9", "exit 1");
    Result result = run(List.of(script()), Map.of());
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).endsWith("loam: the build failed; see the messages above\n");
  }

  private String script() {
    return root.resolve("loam").toString();
  }

  private void built() throws IOException {
    Files.createDirectories(root.resolve("cli/target/lib"));
    Files.createFile(root.resolve("cli/target/loam-cli-1.jar"));
    Files.createFile(root.resolve("cli/target/loam-cli-1-sources.jar"));
  }

  private void java(String version) throws IOException {
    program(
        bin,
        "java",
        "[ \"$1\" != -version ] || { echo 'openjdk version \""
            + version
            + "\" 2025-04-15' >&2; exit 0; }\n"
            + "printf '%s\\n' \"$@\" \"huge pages $THP_MEM_ALLOC_ENABLE\"; exit 7");
  }

  private void maven(String version, String build) throws IOException {
    program(
        bin,
        "mvn",
        "[ \"$1\" != -v ] || { printf '\\033[1mApache Maven %s\\033[m\\n' "
            + version
            + "; exit 0; }\n"
            + build);
  }

  private static void program(Path bin, String name, String script) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Result run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(command)).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin + ":" + tools());
    builder.environment().putAll(environment);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  /** What the script needs, in a folder without Java and Maven. */
  private Path tools() throws IOException {
    Path tools = Files.createDirectories(folder.resolve("tools"));
    for (String tool :
        new String[] {
          "sed", "head", "dirname", "readlink", "locale", "uname", "mkdir", "touch", "flock"
        }) {
      for (String place : new String[] {"/bin", "/usr/bin"}) {
        if (Files.exists(Path.of(place, tool))) {
          program(tools, tool, "exec " + place + "/" + tool + " \"$@\"");
        }
      }
    }
    return tools;
  }
}
