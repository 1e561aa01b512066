// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The curves of a run from its first step on, over all its starts, as its metrics have them. */
final class History {
  /** More than a drawing has pixels. */
  private static final int MOST_POINTS = 1000;

  private static final ObjectMapper JSON = new ObjectMapper();

  final Curve loss = new Curve(MOST_POINTS);
  final Curve gradientNorm = new Curve(MOST_POINTS);
  final Curve lr = new Curve(MOST_POINTS);
  final Curve tokensPerSecond = new Curve(MOST_POINTS);
  private long tokens;
  private double seconds;
  private double lastLoss = Double.NaN;

  /** Reads {@code metrics.jsonl}. */
  static History read(Path metrics) throws IOException {
    History history = new History();
    try (BufferedReader lines = Files.newBufferedReader(metrics)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        history.add(line);
      }
    }
    return history;
  }

  private void add(String line) throws JsonProcessingException {
    JsonNode step = JSON.readTree(line);
    long number = step.path("step").asLong();
    lastLoss = number(step, "loss");
    loss.add(number, lastLoss);
    gradientNorm.add(number, number(step, "grad_norm"));
    lr.add(number, number(step, "lr"));
    tokensPerSecond.add(number, number(step, "tokens_per_second"));
    tokens += step.path("tokens").asLong();
    seconds += step.path("step_time_ms").asDouble() / 1000;
  }

  /** Of what was not finite there is text in its place. */
  private static double number(JsonNode step, String name) {
    return step.path(name).isNumber() ? step.path(name).asDouble() : Double.NaN;
  }

  /** The loss of the last step. */
  double lastLoss() {
    return lastLoss;
  }

  /** Tokens of all steps. */
  long tokens() {
    return tokens;
  }

  /** How long all steps took. */
  double seconds() {
    return seconds;
  }
}
