// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;
import java.util.Optional;

/**
 * What a run does between steps to see how good the model is.
 *
 * @param data held-out samples ({@code eval_dataset} with {@code do_eval: True}), if any
 * @param batchSize samples of a batch of them
 * @param everySteps {@code eval_step_interval}: steps between two evaluations; 0 for none
 * @param everyEpochs {@code eval_epoch_interval}: passes between two evaluations; 0 for none
 * @param patience {@code early_stop.patience}: evaluations without improvement after which a run
 *     ends; 0 for never
 * @param minImprovement {@code early_stop.min_delta}: what counts as improvement of the loss
 * @param generations what is generated at each evaluation, if anything
 */
public record EvaluationConfig(
    Optional<DataConfig> data,
    int batchSize,
    int everySteps,
    int everyEpochs,
    int patience,
    double minImprovement,
    Generations generations) {
  /** Nothing. */
  public static final EvaluationConfig NONE =
      new EvaluationConfig(
          Optional.empty(), 1, 0, 0, 0, 0, new Generations(List.of(), false, 0, 0));

  /**
   * Texts that are continued ({@code sample_generation}), greedily.
   *
   * @param prompts the texts
   * @param chat whether they are messages of a user, put through the tokenizer's chat template
   * @param maxNewTokens tokens for each
   * @param everySteps steps between two times; 0 for the end of the run only
   */
  public record Generations(List<String> prompts, boolean chat, int maxNewTokens, int everySteps) {
    /** Copies the list. */
    public Generations {
      prompts = List.copyOf(prompts);
    }
  }
}
