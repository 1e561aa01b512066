// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code evaluations.jsonl}: one JSON object for each evaluation ({@code step}, {@code loss},
 * {@code perplexity}, {@code tokens}, {@code seconds}) and for each text the model has continued
 * ({@code step}, {@code prompt}, {@code text}). There is no file before the first.
 */
final class EvaluationsFile implements TrainingListener {
  private final Path file;
  private final long step;
  private Optional<StepLines> lines = Optional.empty();

  /**
   * Goes on with a file after a step; later steps are dropped.
   *
   * @param step the last step to be kept; 0 for none
   */
  EvaluationsFile(Path file, long step) {
    this.file = file;
    this.step = step;
    if (Files.exists(file)) {
      open();
    }
  }

  private StepLines open() {
    StepLines opened = lines.orElseGet(() -> new StepLines(file, step));
    lines = Optional.of(opened);
    return opened;
  }

  @Override
  public void onEvaluation(Evaluation evaluation) {
    ObjectNode line = StepLines.line(evaluation.step());
    line.put("loss", evaluation.loss());
    line.put("perplexity", evaluation.perplexity());
    line.put("tokens", evaluation.tokens());
    line.put("seconds", evaluation.seconds());
    open().write(line);
  }

  @Override
  public void onGeneration(long at, List<Generation> generations) {
    for (Generation generation : generations) {
      ObjectNode line = StepLines.line(at);
      line.put("prompt", generation.prompt());
      line.put("text", generation.text());
      open().write(line);
    }
  }

  @Override
  public void onRollBack(long badStep, long to) {
    lines.ifPresent(opened -> opened.cutBack(to));
  }

  @Override
  public void close() {
    lines.ifPresent(StepLines::close);
  }
}
