// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code metrics.jsonl}: one JSON object a step, numbers at full precision. */
public final class MetricsFile implements TrainingListener {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final BufferedWriter writer;

  /** Creates the file. */
  public MetricsFile(Path file) {
    this.file = file;
    try {
      writer = Files.newBufferedWriter(file);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void onStep(StepMetrics m) {
    ObjectNode line = JSON.createObjectNode();
    line.put("step", m.step());
    line.put("loss", m.loss());
    line.put("grad_norm", m.gradientNorm());
    line.put("lr", m.lr());
    line.put("tokens", m.tokens());
    line.put("consumed_samples", m.consumedSamples());
    line.put("step_time_ms", m.seconds() * 1000);
    line.put("tokens_per_second", m.tokensPerSecond());
    try {
      writer.write(JSON.writeValueAsString(line));
      writer.write('\n');
      writer.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(file + ": " + e.getMessage(), e);
  }
}
