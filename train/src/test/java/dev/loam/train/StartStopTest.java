// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.testkit.TestData;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that come and go leave nothing behind in their process. */
@EnabledOnOs(OS.LINUX)
class StartStopTest {
  private static final int CYCLES = TestData.full() ? 1000 : 8;

  /** By then everything has been used in every way, and code is compiled. */
  private static final int SETTLED = TestData.full() ? 200 : 4;

  /** What memory may grow by over 800 trainings: less than 11 KB each. */
  private static final long GROWTH_KILOBYTES = 8 << 10;

  @TempDir Path folder;

  /** What is left after a training. */
  private record Left(
      int cycle, long leases, long arenas, long tensors, long threads, long files, long kilobytes) {
    static Left parse(String line) {
      long[] n = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
      return new Left((int) n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
    }
  }

  @Test
  void nothingIsLeftOfAClosedTraining() throws Exception {
    List<Left> cycles = run();
    assertThat(cycles).hasSize(CYCLES);
    Left settled = cycles.get(SETTLED - 1);
    for (Left left : cycles) {
      assertThat(List.of(left.leases(), left.arenas(), left.tensors()))
          .as("leases, arenas and tensors in use after %s", left)
          .containsOnly(0L);
      if (left.cycle() > SETTLED) {
        // Threads of libraries may end when they have had nothing to do for a while.
        assertThat(left.threads())
            .as("threads after %s", left)
            .isLessThanOrEqualTo(settled.threads());
        assertThat(left.files()).as("open files after %s", left).isEqualTo(settled.files());
      }
    }
    if (TestData.full()) {
      assertThat(cycles.get(CYCLES - 1).kilobytes())
          .isLessThanOrEqualTo(settled.kilobytes() + GROWTH_KILOBYTES);
    }
  }

  /** In a process of its own, whose Java memory is of one size from the start. */
  private List<Left> run() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms96m", "-Xmx96m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:-UseDynamicNumberOfCompilerThreads"));
    command.add("-Dai.djl.offline=true");
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(
        List.of(StartStopProcess.class.getName(), folder.toString(), Integer.toString(CYCLES)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = process.inputReader()) {
      List<Left> cycles = lines.lines().map(Left::parse).toList();
      assertThat(process.waitFor()).isZero();
      return cycles;
    } finally {
      process.destroyForcibly();
    }
  }
}
