// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.train.StepMetrics;
import dev.loam.train.TrainingListener;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@code report.html} when a run ends, however it does, from the files that are in its
 * output folder then: so it tells of all starts of the run. A report that cannot be written is
 * logged and nothing else.
 */
final class ReportListener implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(ReportListener.class);
  private static final String NAME = "report.html";

  private final Path output;
  private final TrainingConfig config;
  private List<String> summary = List.of();
  private Optional<StepMetrics> last = Optional.empty();

  /**
   * A report.
   *
   * @param config of the run, which names its output folder
   */
  ReportListener(TrainingConfig config) {
    this.output = config.outputDir();
    this.config = config;
  }

  @Override
  public void onStart(List<String> lines) {
    summary = List.copyOf(lines);
  }

  @Override
  public void onStep(StepMetrics metrics) {
    last = Optional.of(metrics);
  }

  @Override
  public void close() {
    Path page = output.resolve(NAME);
    Path unfinished = output.resolve(NAME + ".unfinished");
    try {
      Files.writeString(unfinished, ReportPage.of(report()));
      Files.move(unfinished, page, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} could not be written: {}", page, e.toString());
    }
  }

  private Report report() throws IOException {
    Path name = output.toAbsolutePath().normalize().getFileName();
    return new Report(
        "Training in " + (name == null ? output : name),
        status(),
        summary,
        History.read(output.resolve("metrics.jsonl")),
        Evaluations.read(output.resolve("evaluations.jsonl")),
        new CheckpointFolder(output.resolve("checkpoint"))
            .complete().stream().map(Path::toString).toList(),
        ConfigText.sections(config),
        Machine.describe());
  }

  private String status() {
    if (last.isEmpty()) {
      return "Ended before a step was done.";
    }
    StepMetrics m = last.get();
    return m.isComplete()
        ? "All " + m.totalSteps() + " steps are done."
        : "Stopped after step " + m.step() + " of " + m.totalSteps() + ".";
  }
}
