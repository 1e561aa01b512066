// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedTrainingTest {
  @TempDir Path folder;

  @Test
  void theModelLearnsToCount() {
    assertThat(EmbeddedTraining.run(folder, 150)).containsExactly(7, 8, 9, 10);
    assertThat(folder.resolve("model.safetensors")).exists();
    assertThat(folder.resolve("config.json")).exists();
  }
}
