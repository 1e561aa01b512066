// SPDX-License-Identifier: Apache-2.0
package dev.loam.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestDataTest {
  @Test
  void goldenCasesAreUnpackedAsTheyWereMade() throws Exception {
    Path folder = TestData.golden("01-model-a-tied");
    assertThat(folder.resolve("hf/model.safetensors")).exists();
    assertThat(folder.resolve("hf_bf16/model.safetensors")).hasSize(514352);
    try (Stream<Path> shards = Files.list(folder.resolve("hf_sharded"))) {
      assertThat(shards).hasSize(5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"02-packed", "03-train-a", "06-megatron", "09-wiki"})
  void everyCaseSaysHowItWasMade(String name) {
    assertThat(TestData.json(TestData.golden(name).resolve("meta.json")).path("case").asText())
        .isEqualTo("open-" + name);
  }
}
