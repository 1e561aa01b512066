// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir Path base;

  private static void prepare(Path folder) {
    OutputFolder.prepare(folder).close();
  }

  @Test
  void madeWithItsParents() {
    Path folder = base.resolve("a/b");
    prepare(folder);
    OutputFolder output = OutputFolder.of(folder);
    assertThat(output.metrics()).isEqualTo(folder.resolve("metrics.jsonl"));
    assertThat(output.model()).isEqualTo(folder.resolve("model"));
  }

  @Test
  void earlierRunsAreMovedAsideAndNothingIsLost() throws IOException {
    Path folder = base.resolve("out");
    for (int run = 1; run <= 3; run++) {
      prepare(folder);
      OutputFolder output = OutputFolder.of(folder);
      assertThat(output.metrics()).doesNotExist();
      Files.writeString(output.metrics(), "run " + run);
      Files.createDirectories(output.model());
      Files.writeString(output.model().resolve("config.json"), "model " + run);
      Files.writeString(folder.resolve("notes"), "notes " + run);
    }
    for (int run = 1; run <= 2; run++) {
      Path aside = base.resolve("out.previous-" + run);
      assertThat(aside.resolve("metrics.jsonl")).hasContent("run " + run);
      assertThat(aside.resolve("model/config.json")).hasContent("model " + run);
      assertThat(aside.resolve("notes")).hasContent("notes " + run);
    }
    assertThat(folder.resolve("metrics.jsonl")).hasContent("run 3");
  }

  @Test
  void metricsOrAModelAloneAreARunToo() throws IOException {
    Path folder = base.resolve("out");
    Files.createDirectories(folder.resolve("model"));
    prepare(folder);
    assertThat(base.resolve("out.previous-1/model")).isDirectory();
    Files.writeString(folder.resolve("metrics.jsonl"), "{}");
    prepare(folder);
    assertThat(base.resolve("out.previous-2/metrics.jsonl")).exists();
    assertThat(folder.resolve("metrics.jsonl")).doesNotExist();
  }

  @Test
  void otherFilesStay() throws IOException {
    Path folder = Files.createDirectories(base.resolve("out"));
    Files.writeString(folder.resolve("mine.txt"), "mine");
    prepare(folder);
    assertThat(folder.resolve("mine.txt")).hasContent("mine");
  }

  @Test
  void aFileInItsPlaceIsNamed() throws IOException {
    Path folder = Files.writeString(base.resolve("out"), "x");
    assertThatThrownBy(() -> OutputFolder.prepare(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("output folder " + folder + " cannot be prepared");
    assertThat(folder).hasContent("x");
  }

  @Test
  void oneRunAtATime() {
    Path folder = base.resolve("out");
    try (RunLock first = OutputFolder.prepare(folder)) {
      assertThat(first).isNotNull();
      assertThatThrownBy(() -> RunLock.of(folder))
          .isInstanceOf(TrainingException.class)
          .hasMessageContainingAll(
              folder.toString(),
              "in use by another run",
              "process " + ProcessHandle.current().pid(),
              "choose another output_dir");
    }
    prepare(folder);
  }
}
