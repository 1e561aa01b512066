// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.ComputeLease;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.chat.ChatTemplate;
import dev.loam.train.config.EvaluationConfig;
import dev.loam.train.config.TrainingConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What one rank of a run needs to see how good the model is: held-out data and texts to continue,
 * as far as its configuration names them.
 */
record RunEvaluation(
    EvaluationConfig config, Optional<EvaluationData> data, Optional<SamplePrompts> prompts)
    implements AutoCloseable {

  /** Opens what there is. */
  static RunEvaluation open(ComputeLease lease, TrainingConfig config, MadeSamples made) {
    EvaluationConfig evaluation = config.evaluation();
    Optional<SamplePrompts> prompts =
        evaluation.generations().prompts().isEmpty()
            ? Optional.empty()
            : config.tokenizerDir().map(folder -> prompts(folder, evaluation.generations()));
    return new RunEvaluation(
        evaluation,
        evaluation.data().map(data -> TrainingData.heldOut(lease, config, data, made)),
        prompts);
  }

  private static SamplePrompts prompts(Path folder, EvaluationConfig.Generations texts) {
    return new SamplePrompts(
        HuggingFaceTokenizer.load(folder),
        texts.chat() ? Optional.of(ChatTemplate.load(folder)) : Optional.empty(),
        texts.prompts(),
        texts.maxNewTokens(),
        texts.everySteps());
  }

  /** Tells a trainer of it. */
  void addTo(TrainerBuilder trainer) {
    EvaluationPolicy policy =
        new EvaluationPolicy(
            config.everySteps(), config.everyEpochs(), config.patience(), config.minImprovement());
    data.ifPresent(held -> trainer.optEvaluation(held, policy));
    prompts.ifPresent(trainer::optSamples);
  }

  @Override
  public void close() {
    data.ifPresent(EvaluationData::close);
  }
}
