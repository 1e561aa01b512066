// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.WeightType;
import dev.loam.tensor.ComputeLease;
import dev.loam.train.config.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A run from its configuration to its exported model: data, model, trainer, {@code metrics.jsonl},
 * and a Hugging Face folder {@code model} at the end, all under the output folder.
 */
public final class TrainingRun {
  /** Rows of logits that exist at once: enough for full matrix speed, small beside the model. */
  private static final int HEAD_CHUNK_ROWS = 256;

  private final TrainingConfig config;
  private final ComputeLease lease;

  /** A run on a compute lease, which stays its owner's. */
  public TrainingRun(TrainingConfig config, ComputeLease lease) {
    this.config = config;
    this.lease = lease;
  }

  /**
   * Runs.
   *
   * @param listeners are told of progress; closed at the end
   * @return the metrics of the last step
   */
  public StepMetrics run(List<TrainingListener> listeners) {
    try (BatchSource batches = TrainingData.batches(lease, config);
        Qwen3Model model = Qwen3Model.allocate(lease, config.model(), HEAD_CHUNK_ROWS)) {
      if (config.loadCheckpoint().isPresent()) {
        model.load(config.loadCheckpoint().get());
      } else {
        model.initialize(config.seed());
      }
      OutputFolder output = OutputFolder.prepare(config.outputDir());
      long planned = batches.stepsPerEpoch() * config.epochs();
      long steps = Math.min(planned, config.stopStep().orElse(planned));
      Trainer.Builder trainer =
          Trainer.builder(model, batches)
              .setSchedule(config.lr().schedule(planned))
              .optOptimizer(config.optimizer())
              .optReduction(config.reduction())
              .optStepOffset(config.lrStepOffset())
              .optTotalSteps(steps)
              .optSummary(summary(batches, steps))
              .addListener(new MetricsFile(output.metrics()));
      listeners.forEach(trainer::addListener);
      StepMetrics last = trainer.build().train();
      export(model, output.model());
      return last;
    }
  }

  /** Where the exported model is after a run. */
  public Path modelFolder() {
    return config.outputDir().resolve(OutputFolder.MODEL);
  }

  /** An interrupt, which would close the files being written, waits until they are. */
  private void export(Qwen3Model model, Path folder) {
    boolean interrupted = Thread.interrupted();
    try {
      model.save(folder, WeightType.FLOAT32);
      config.tokenizerDir().ifPresent(tokenizer -> OutputFolder.copyTokenizer(tokenizer, folder));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private List<String> summary(BatchSource batches, long steps) {
    Qwen3Config model = config.model();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "model: %,d parameters, %d layers, hidden size %d, vocabulary %d%s",
            model.parameterCount(),
            model.layers(),
            model.hiddenSize(),
            model.vocabSize(),
            model.tiedEmbeddings() ? ", tied" : ""));
    lines.add("data: " + batches.description());
    lines.add(
        "run: "
            + steps
            + " steps, global batch "
            + batches.samplesPerStep()
            + ", "
            + lease.threads()
            + " compute threads, determinism D1, output in "
            + config.outputDir());
    if (!config.ignoredKeys().isEmpty()) {
      lines.add("ignored keys: " + String.join(", ", config.ignoredKeys()));
    }
    return lines;
  }
}
