// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.JsonMutator;
import dev.loam.checkpoint.MemoryFile;
import dev.loam.testkit.TestData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seeded fuzzing of {@code model.safetensors.index.json}. */
class IndexFuzzTest {
  private static final String GOOD =
      """
      {
        "metadata": {"total_size": 16, "total_parameters": 4},
        "weight_map": {
          "a.weight": "model-00001-of-00002.safetensors",
          "b.weight": "model-00002-of-00002.safetensors"
        }
      }
      """;

  @TempDir Path root;
  private Path folder;

  @BeforeEach
  void makeFiles() throws Exception {
    folder = Files.createDirectory(root.resolve("model"));
    Files.createFile(folder.resolve("model-00001-of-00002.safetensors"));
    Files.createFile(root.resolve("outside.safetensors"));
  }

  @Test
  void fuzzedIndexIsReadOrRefusedAndNamesNothingOutside() {
    int runs = TestData.full() ? 200_000 : 20_000;
    int valid = 0;
    for (int seed = 0; seed < runs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      valid += isRead(JsonMutator.mutated(random, GOOD)) ? 1 : 0;
    }
    assertThat(valid).as("some are still valid").isBetween(runs / 10, runs * 9 / 10);
  }

  private boolean isRead(String json) {
    Path path = folder.resolve(ModelFiles.INDEX);
    MemoryFile file = new MemoryFile(path, json.getBytes(StandardCharsets.UTF_8));
    try {
      ShardIndex index = ShardIndex.read(file, SafetensorsLimits.DEFAULT);
      index.files().values().forEach(this::assertConfined);
      return index.totalSize().orElse(0) >= 0;
    } catch (SafetensorsException e) {
      assertThat(String.valueOf(e.getMessage()).startsWith(path + ": ")).isTrue();
      return false;
    }
  }

  private void assertConfined(String name) {
    List<String> problems = new ArrayList<>();
    Optional<Path> found = ShardFiles.resolve(folder, "the index", name, ".safetensors", problems);
    if (found.isPresent() == !problems.isEmpty()
        || found.map(p -> !folder.equals(p.getParent()) || !Files.exists(p)).orElse(false)) {
      throw new AssertionError(name + ": " + found + " " + problems);
    }
  }
}
