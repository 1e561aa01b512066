// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionFilesTest {
  @Test
  void thoseOfTheFirstFolderThatHasAnyAreCopied(@TempDir Path base) throws IOException {
    Path none = Files.createDirectories(base.resolve("none"));
    Path first = Files.createDirectories(base.resolve("first"));
    Path second = Files.createDirectories(base.resolve("second"));
    Path to = Files.createDirectories(base.resolve("model"));
    Files.writeString(none.resolve("model.safetensors"), "weights");
    Files.writeString(first.resolve("tokenizer.json"), "{}");
    Files.writeString(first.resolve("model.safetensors"), "weights");
    Files.writeString(second.resolve("merges.txt"), "");
    Files.writeString(to.resolve("tokenizer.json"), "old");
    CompanionFiles.copy(List.of(none, first, second), to);
    try (var files = Files.list(to)) {
      assertThat(files).containsExactly(to.resolve("tokenizer.json"));
    }
    assertThat(to.resolve("tokenizer.json")).hasContent("{}");
  }
}
