// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.train.Evaluation;
import dev.loam.train.Generation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@code evaluations.jsonl} says.
 *
 * @param generations by the steps done
 */
record Evaluations(List<Evaluation> evaluations, Map<Long, List<Generation>> generations) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads the file; it need not be there. */
  static Evaluations read(Path file) throws IOException {
    Evaluations all = new Evaluations(new ArrayList<>(), new TreeMap<>());
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        all.add(JSON.readTree(line));
      }
    }
    return all;
  }

  private void add(JsonNode line) {
    long step = line.path("step").asLong();
    if (line.has("prompt")) {
      generations
          .computeIfAbsent(step, s -> new ArrayList<>())
          .add(new Generation(line.path("prompt").asText(), line.path("text").asText()));
    } else {
      double loss = line.path("loss").isNumber() ? line.path("loss").asDouble() : Double.NaN;
      evaluations.add(
          new Evaluation(
              step, loss, line.path("tokens").asLong(), line.path("seconds").asDouble()));
    }
  }
}
