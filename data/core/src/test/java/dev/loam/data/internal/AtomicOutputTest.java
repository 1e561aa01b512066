// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicOutputTest {
  @TempDir private Path folder;

  @Test
  void appearsOnlyWhenComplete() throws IOException {
    Path file = folder.resolve("deep/out.txt");
    try (AtomicOutput out = new AtomicOutput(file)) {
      out.writer().write("whole");
      out.flush();
      assertThat(file).doesNotExist();
      out.commit();
      assertThat(file).hasContent("whole");
    }
    assertThat(folder.resolve("deep")).isDirectoryNotContaining(p -> p.endsWith("out.txt.part"));
  }

  @Test
  void leavesWhatWasThereWhenGivenUp() throws IOException {
    Path file = Files.writeString(folder.resolve("out.txt"), "old");
    try (AtomicOutput out = new AtomicOutput(file)) {
      out.writer().write("half");
    }
    assertThat(folder).isDirectoryContaining(p -> p.endsWith("out.txt"));
    assertThat(folder.resolve("out.txt.part")).doesNotExist();
    assertThat(file).hasContent("old");
  }

  @Test
  void overwritesTheRemainsOfACrash() throws IOException {
    Files.writeString(folder.resolve("out.txt.part"), "a long remainder of something else");
    try (AtomicOutput out = new AtomicOutput(folder.resolve("out.txt"))) {
      out.writer().write("new");
      out.commit();
    }
    assertThat(folder.resolve("out.txt")).hasContent("new");
  }

  @Test
  void refusesASecondWriter() throws IOException {
    Path file = folder.resolve("out.txt");
    try (AtomicOutput first = new AtomicOutput(file)) {
      assertThatThrownBy(() -> new AtomicOutput(file).close())
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("out.txt: is being written by another writer");
      first.writer().write("first");
      first.commit();
    }
    assertThat(file).hasContent("first");
  }
}
