// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationsFileTest {
  @TempDir Path folder;

  @Test
  void thereIsNoFileBeforeThereIsSomethingToSay() {
    new EvaluationsFile(folder.resolve("e.jsonl"), 0).close();
    assertThat(folder.resolve("e.jsonl")).doesNotExist();
  }

  @Test
  void aRunThatGoesOnKeepsWhatIsNotLater() throws IOException {
    Path path = folder.resolve("e.jsonl");
    try (EvaluationsFile file = new EvaluationsFile(path, 0)) {
      file.onEvaluation(new Evaluation(10, 2, 100, 0.5));
      file.onGeneration(10, List.of(new Generation("a\n", "b\"")));
      file.onEvaluation(new Evaluation(20, 1, 100, 0.5));
    }
    try (EvaluationsFile file = new EvaluationsFile(path, 15)) {
      file.onEvaluation(new Evaluation(20, 1.5, 100, 0.5));
    }
    List<String> lines = Files.readAllLines(path);
    assertThat(lines).hasSize(3);
    ObjectMapper json = new ObjectMapper();
    JsonNode first = json.readTree(lines.get(0));
    assertThat(first.path("perplexity").asDouble()).isEqualTo(Math.exp(2));
    assertThat(first).hasSize(5);
    JsonNode second = json.readTree(lines.get(1));
    assertThat(second.path("prompt").asText()).isEqualTo("a\n");
    assertThat(second.path("text").asText()).isEqualTo("b\"");
    assertThat(json.readTree(lines.get(2)).path("loss").asDouble()).isEqualTo(1.5);
  }
}
