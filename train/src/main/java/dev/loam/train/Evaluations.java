// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import java.util.Optional;

/**
 * What a training does between steps to see how good the model is.
 *
 * @param data held-out data and when it is used, if there is any
 * @param prompts what the model continues, if anything
 * @param compares whether the model is also evaluated before the first step and after the last, so
 *     that it shows what the training was good for
 */
record Evaluations(Optional<HeldOut> data, Optional<SamplePrompts> prompts, boolean compares) {
  /** Held-out data and when it is used. */
  record HeldOut(EvaluationData data, EvaluationPolicy policy) {}

  /** Evaluates before the first step, if that is wanted; all ranks call it. */
  void atStart(TrainingState state, Qwen3Model model, TrainingListener listener) {
    if (compares && state.step() == 0) {
      data.ifPresent(held -> listener.onEvaluation(evaluate(held, state, model)));
      generate(state, model, listener);
    }
  }

  private static Evaluation evaluate(HeldOut held, TrainingState state, Qwen3Model model) {
    return new Evaluator(model, held.data()).evaluate(state.step());
  }

  /** Evaluates if it is time to; all ranks call it. */
  TrainingState afterStep(
      TrainingState state, Qwen3Model model, DataLoader batches, TrainingListener listener) {
    TrainingState after = state;
    if (data.isPresent() && data.get().policy().isDue(state, batches)) {
      Evaluation evaluation = evaluate(data.get(), state, model);
      double least = data.get().policy().minImprovement();
      after = state.with(state.improvement().after(evaluation.loss(), least));
      listener.onEvaluation(evaluation);
    }
    if (prompts.isPresent() && prompts.get().isDue(state.step())) {
      generate(state, model, listener);
    }
    return after;
  }

  /** Whether the loss has not improved for too long. */
  boolean endTraining(TrainingState state) {
    int patience = data.map(held -> held.policy().patience()).orElse(0);
    return patience > 0 && state.improvement().without() >= patience;
  }

  /** Evaluates once more, unless that has just been done; all ranks call it. */
  void atEnd(TrainingState state, Qwen3Model model, DataLoader batches, TrainingListener listener) {
    data.filter(held -> compares && !held.policy().isDue(state, batches))
        .ifPresent(held -> listener.onEvaluation(evaluate(held, state, model)));
    if (prompts.isPresent() && !prompts.get().isDue(state.step())) {
      generate(state, model, listener);
    }
  }

  private void generate(TrainingState state, Qwen3Model model, TrainingListener listener) {
    prompts.ifPresent(
        texts -> listener.onGeneration(state.step(), new SampleGenerator(model, texts).generate()));
  }
}
