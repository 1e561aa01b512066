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
import java.util.ArrayList;
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
  void isCutBackWithTheTraining() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsFile metrics = new MetricsFile(file)) {
      for (int step = 1; step <= 6; step++) {
        metrics.onStep(step(step));
      }
      metrics.onRollBack(7, 4);
      assertThat(steps(file)).containsExactly(1L, 2L, 3L, 4L);
      metrics.onStep(step(5));
      assertThat(steps(file)).containsExactly(1L, 2L, 3L, 4L, 5L);
      metrics.onRollBack(6, 0);
      metrics.onStep(step(1));
      assertThat(steps(file)).containsExactly(1L);
    }
  }

  private static StepMetrics step(long step) {
    return new StepMetrics(
        step,
        9,
        new EpochStep(1, 1, step, 9),
        1,
        1,
        1,
        8,
        8,
        1,
        step,
        1,
        StepMetrics.Outcome.UPDATED);
  }

  private static List<Long> steps(Path file) throws IOException {
    List<Long> steps = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      steps.add(new ObjectMapper().readTree(line).path("step").asLong());
    }
    return steps;
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path file = folder.resolve("none/metrics.jsonl");
    assertThatThrownBy(() -> new MetricsFile(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }
}
