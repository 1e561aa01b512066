// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {
  @TempDir Path folder;

  @Test
  void everyLineHoldsAStepToTheLastBit() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    SplittableRandom random = new SplittableRandom(1);
    try (MetricsFile metrics = new MetricsFile(file)) {
      for (int step = 1; step <= 100; step++) {
        StepMetrics m =
            new StepMetrics(
                step,
                100,
                new EpochStep(1, 1, step, 100),
                random.nextDouble() * Math.pow(10, random.nextInt(-9, 3)),
                random.nextDouble(),
                random.nextDouble() * 1e-4,
                4096,
                100_000,
                8,
                step * 8L,
                random.nextDouble(0.1, 9),
                StepMetrics.Outcome.UPDATED);
        metrics.onStep(m);
        List<String> lines = Files.readAllLines(file); // written at once, whole
        assertThat(lines).hasSize(step);
        JsonNode line = new ObjectMapper().readTree(lines.get(step - 1));
        assertThat(line.path("step").asLong()).isEqualTo(step);
        assertThat(line.path("loss").asDouble()).isEqualTo(m.loss());
        assertThat(line.path("grad_norm").asDouble()).isEqualTo(m.gradientNorm());
        assertThat(line.path("lr").asDouble()).isEqualTo(m.lr());
        assertThat(line.path("tokens").asLong()).isEqualTo(4096);
        assertThat(line.path("consumed_samples").asLong()).isEqualTo(step * 8L);
        assertThat(line.path("step_time_ms").asDouble()).isEqualTo(m.seconds() * 1000);
        assertThat(line.path("tokens_per_second").asDouble()).isEqualTo(4096 / m.seconds());
        assertThat(line).hasSize(8);
      }
    }
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path file = folder.resolve("none/metrics.jsonl");
    assertThatThrownBy(() -> new MetricsFile(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }
}
