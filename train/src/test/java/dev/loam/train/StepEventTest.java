// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepEventTest {
  private static final String NAME = "dev.loam.TrainingStep";

  @TempDir Path folder;

  @Test
  void everyStepOfEveryRankIsRecorded() throws IOException {
    Path file = folder.resolve("recording.jfr");
    List<StepMetrics> steps = new ArrayList<>();
    try (Recording recording = new Recording()) {
      recording.enable(NAME).withoutThreshold();
      recording.start();
      train(steps);
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events =
        RecordingFile.readAllEvents(file).stream()
            .filter(e -> e.getEventType().getName().equals(NAME))
            .toList();
    assertThat(events).hasSize(2 * TinyConfig.STEPS);
    for (RecordedEvent event : events) {
      StepMetrics step = steps.get((int) event.getLong("step") - 1);
      assertThat(event.getInt("rank")).isBetween(0, 1);
      assertThat(event.getDouble("loss")).isEqualTo(step.loss());
      assertThat(event.getDouble("gradientNorm")).isEqualTo(step.gradientNorm());
      assertThat(event.getDouble("learningRate")).isEqualTo(step.lr());
      assertThat(event.getLong("tokens")).isEqualTo(step.tokens());
      assertThat(event.getDuration("data")).isBetween(Duration.ZERO, event.getDuration());
    }
    assertThat(events).extracting(e -> e.getInt("rank")).contains(0, 1);
  }

  private void train(List<StepMetrics> steps) {
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onStep(StepMetrics metrics) {
            steps.add(metrics);
          }
        };
    Map<String, String> twoReplicas =
        Map.of(
            "use_parallel", "True",
            "parallel_config.data_parallel", "2",
            "runner_config.batch_size", "1");
    StepMetrics unused =
        new TrainingRun(new TinyConfig(folder).with(twoReplicas))
            .runOnThreads(Engine.named("torch"), 1, List.of(listener));
  }
}
