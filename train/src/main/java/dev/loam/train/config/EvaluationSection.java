// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.gpt.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a run does between steps to see how good the model is: {@code do_eval}, {@code
 * eval_dataset}, {@code early_stop}, {@code sample_generation}.
 */
final class EvaluationSection {
  private final Section root;
  private final boolean evaluates;

  private EvaluationSection(Section root) {
    this.root = root;
    this.evaluates = root.flag("do_eval", false);
  }

  static EvaluationConfig read(
      Section root, boolean compat, int batchSize, Optional<Path> tokenizer) {
    return new EvaluationSection(root).read(compat, batchSize, tokenizer);
  }

  private EvaluationConfig read(boolean compat, int batchSize, Optional<Path> tokenizer) {
    int everySteps = interval("eval_step_interval", 100);
    int everyEpochs = interval("eval_epoch_interval", -1);
    Section early = root.section("early_stop");
    int patience = early.integer("patience", 0, 0, Integer.MAX_VALUE);
    double minImprovement = early.number("min_delta", 0, 0, Double.MAX_VALUE);
    if (patience > 0 && !evaluates) {
      early.problem("patience", "counts evaluations, and there are none; set do_eval to True");
    }
    EvaluationConfig.Generations generations = generations(tokenizer.isPresent());
    if (!evaluates) {
      root.ignore("eval_dataset");
      return new EvaluationConfig(Optional.empty(), 1, 0, 0, 0, 0, generations);
    }
    if (everySteps == 0 && everyEpochs == 0) {
      root.problem(
          "do_eval", "= True never evaluates; set eval_step_interval or eval_epoch_interval");
    }
    if (!root.has("eval_dataset")) {
      root.problem("do_eval", "= True needs eval_dataset, samples that are not trained on");
    }
    Section dataset = root.section("eval_dataset");
    int size = dataset.integer("batch_size", batchSize, 1, 1 << 20);
    return new EvaluationConfig(
        root.has("eval_dataset")
            ? DataSection.read(dataset, compat, Split.VALID, tokenizer)
            : Optional.empty(),
        size,
        everySteps,
        everyEpochs,
        patience,
        minImprovement,
        generations);
  }

  /** Upstream has -1 for never. */
  private int interval(String key, int absent) {
    return Math.max(0, root.integer(key, absent, -1, Integer.MAX_VALUE));
  }

  private EvaluationConfig.Generations generations(boolean hasTokenizer) {
    Section section = root.section("sample_generation");
    List<String> prompts = section.texts("prompts");
    EvaluationConfig.Generations generations =
        new EvaluationConfig.Generations(
            prompts,
            section.flag("chat", false),
            section.integer("max_new_tokens", 32, 1, 1 << 20),
            section.integer("every_n_steps", 0, 0, Integer.MAX_VALUE));
    if (!prompts.isEmpty() && !hasTokenizer) {
      section.problem("prompts", "need a tokenizer; set tokenizer_dir");
    }
    return prompts.isEmpty() ? EvaluationConfig.NONE.generations() : generations;
  }
}
