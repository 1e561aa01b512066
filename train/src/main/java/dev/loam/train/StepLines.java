// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file of one JSON object a line, each of a step; every line is on the disk at once. */
final class StepLines implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private BufferedWriter writer;

  /**
   * Goes on with a file after a step: later steps, and a last line that was cut off, are dropped.
   * Where there is no file one is created.
   *
   * @param step the last step to be kept; 0 for none
   */
  StepLines(Path file, long step) {
    this.file = file;
    try {
      writer = open(step);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private BufferedWriter open(long step) throws IOException {
    if (step > 0 && Files.exists(file)) {
      keepUntil(step);
      return Files.newBufferedWriter(file, StandardOpenOption.APPEND);
    }
    return Files.newBufferedWriter(file);
  }

  /** Drops the lines of later steps, as if they had not been written. */
  void cutBack(long step) {
    try {
      writer.close();
      writer = open(step);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void keepUntil(long step) throws IOException {
    Path kept = file.resolveSibling(file.getFileName() + ".kept");
    try (BufferedReader lines = Files.newBufferedReader(file);
        BufferedWriter out = Files.newBufferedWriter(kept)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        long number = number(line);
        if (number > 0 && number <= step) {
          out.write(line);
          out.write('\n');
        }
      }
    }
    Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The step of a line; 0 where it is no whole object. */
  private static long number(String line) {
    try {
      return JSON.readTree(line).path("step").asLong();
    } catch (JsonProcessingException e) {
      return 0;
    }
  }

  /** A line to be filled. */
  static ObjectNode line(long step) {
    return JSON.createObjectNode().put("step", step);
  }

  void write(ObjectNode line) {
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
