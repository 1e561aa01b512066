// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * TensorBoard reads what is written. Needs a Python that has {@code tensorboard}, which the system
 * property {@code loam.tensorboard.python} or the environment variable {@code
 * LOAM_TENSORBOARD_PYTHON} names.
 */
class TensorBoardTest {
  private static final String READER =
      """
      import json, sys
      from tensorboard.backend.event_processing import plugin_event_accumulator
      from tensorboard.util import tensor_util
      events = plugin_event_accumulator.EventAccumulator(sys.argv[1], tensor_size_guidance={})
      events.Reload()
      read = {}
      for tag in events.Tags()["tensors"]:
          plugin = events.SummaryMetadata(tag).plugin_data.plugin_name
          points = [(e.wall_time, e.step, tensor_util.make_ndarray(e.tensor_proto).tolist())
                    for e in events.Tensors(tag)]
          text = [p[2][0] for p in points] if plugin == "text" else []
          read[tag] = {"plugin": plugin, "steps": [p[1] for p in points],
                       "times": [p[0] for p in points],
                       "values": [p[2] for p in points] if plugin != "text" else [],
                       "texts": [str(t, "utf-8") if isinstance(t, bytes) else t for t in text]}
      json.dump(read, sys.stdout)
      """;

  @TempDir Path folder;

  private static Optional<String> python() {
    return Optional.ofNullable(System.getProperty("loam.tensorboard.python"))
        .filter(path -> !path.isBlank())
        .or(() -> Optional.ofNullable(System.getenv("LOAM_TENSORBOARD_PYTHON")));
  }

  @Test
  void theRealReaderSeesEveryPointOnce() throws Exception {
    assumeTrue(python().isPresent(), "no Python with tensorboard is named");
    try (EventFile file = EventFile.start(folder, 0, 10)) {
      file.text("model", 0, "    größe: 1\n    <b>");
      for (int step = 1; step <= 300; step++) {
        file.scalar("loss", step, 1.0 / step);
        file.scalarOverSamples("loss", 4L * step, 1.0 / step);
      }
    }
    try (EventFile file = EventFile.start(folder, 250, 10)) {
      for (int step = 251; step <= 260; step++) {
        file.scalar("loss", step, step);
        file.scalarOverSamples("loss", 4L * step, step);
      }
      file.scalar("local_norm/model.norm.weight", 260, Double.NaN);
    }
    JsonNode read = read();
    JsonNode loss = read.path("loss");
    assertThat(loss.path("plugin").asText()).isEqualTo("scalars");
    assertThat(loss.path("steps")).hasSize(260);
    assertThat(read.path("loss vs samples").path("steps")).hasSize(260);
    for (int i = 0; i < 260; i++) {
      assertThat(loss.path("steps").get(i).asInt()).isEqualTo(i + 1);
      assertThat((float) loss.path("values").get(i).asDouble())
          .isEqualTo(i < 250 ? (float) (1.0 / (i + 1)) : i + 1);
      assertThat(read.path("loss vs samples").path("steps").get(i).asInt()).isEqualTo(4 * i + 4);
    }
    assertThat(loss.path("times").get(0).asDouble())
        .isBetween(System.currentTimeMillis() / 1000.0 - 600, System.currentTimeMillis() / 1000.0);
    JsonNode text = read.path("model/text_summary");
    assertThat(text.path("plugin").asText()).isEqualTo("text");
    assertThat(text.path("texts").get(0).asText()).isEqualTo("    größe: 1\n    <b>");
  }

  private JsonNode read() throws Exception {
    Process process =
        new ProcessBuilder(python().orElseThrow(), "-c", READER, folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return JsonMapper.builder()
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .build()
        .readTree(json);
  }
}
