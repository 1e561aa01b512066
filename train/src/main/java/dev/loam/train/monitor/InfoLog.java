// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.Evaluation;
import dev.loam.train.Generation;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingListener;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The log of one rank, {@code info.log}, with the records that MindFormers writes. A run that goes
 * on adds to it.
 */
public final class InfoLog implements TrainingListener {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS", Locale.ROOT);

  private final Path file;
  private final BufferedWriter writer;
  private final MindFormersLines lines;
  private final InstantSource clock;
  private final TimeLeft timeLeft = new TimeLeft();
  private final List<String> values = new ArrayList<>();
  private boolean isComplete;

  /**
   * Opens or creates a file, and the folders it is in.
   *
   * @param ranks that the work is shared by
   */
  public InfoLog(Path file, ModelFlops flops, int ranks) {
    this(file, flops, ranks, InstantSource.system());
  }

  InfoLog(Path file, ModelFlops flops, int ranks, InstantSource clock) {
    this.file = file;
    this.lines = new MindFormersLines(flops, ranks);
    this.clock = clock;
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** A value of a series at the step that is being done. */
  void value(String tag, double value) {
    values.add(String.format(Locale.ROOT, "%s: %.4f", tag, value));
  }

  @Override
  public void onStart(List<String> summary) {
    summary.forEach(line -> write("start", line));
  }

  @Override
  public void onStep(StepMetrics m) {
    timeLeft.step(m);
    lines.of(m, timeLeft.seconds()).forEach(line -> write("step", line));
    String place = MindFormersLines.place(m.epoch());
    values.forEach(value -> write("monitor", place + " " + value));
    values.clear();
    isComplete = m.isComplete();
    flush();
  }

  @Override
  public void onCheckpoint(long step, Path checkpoint) {
    write("checkpoint", "Finish saving ckpt of step " + step + " in " + checkpoint);
    flush();
  }

  @Override
  public void onEvaluation(Evaluation evaluation) {
    write(
        "evaluation",
        String.format(
            Locale.ROOT,
            "step: %d, loss: %.6f, perplexity: %.4f, tokens: %d",
            evaluation.step(),
            evaluation.loss(),
            evaluation.perplexity(),
            evaluation.tokens()));
    flush();
  }

  @Override
  public void onGeneration(long step, List<Generation> generations) {
    for (Generation generation : generations) {
      write("generation", oneLine(generation.prompt()) + " -> " + oneLine(generation.text()));
    }
    flush();
  }

  @Override
  public void onRollBack(long badStep, long step) {
    values.clear();
    write("rollback", "step " + badStep + " was bad; goes on after step " + step);
    flush();
  }

  private static String oneLine(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  private void write(String what, String message) {
    String time = TIME.format(clock.instant().atZone(ZoneId.systemDefault()));
    try {
      writer.write("[INFO] " + time + " [Trainer] " + what + ": " + message + "\n");
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void flush() {
    try {
      writer.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    if (isComplete) {
      write("end", ".........Training Over!.............");
    }
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
