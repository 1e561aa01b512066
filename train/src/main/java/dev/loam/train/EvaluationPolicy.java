// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * When a model in training is evaluated, and what follows from it.
 *
 * @param everySteps steps between two evaluations; 0 for none
 * @param everyEpochs passes over the data between two evaluations; 0 for none
 * @param patience evaluations without improvement after which a training ends; 0 for never
 * @param minImprovement what the loss must fall by to count as improved
 */
public record EvaluationPolicy(
    int everySteps, int everyEpochs, int patience, double minImprovement) {
  /** Every so many steps, without ever ending the training. */
  public static EvaluationPolicy every(int steps) {
    return new EvaluationPolicy(steps, 0, 0, 0);
  }

  /** Ending a training after so many evaluations without improvement. */
  public EvaluationPolicy withPatience(int evaluations, double minimum) {
    return new EvaluationPolicy(everySteps, everyEpochs, evaluations, minimum);
  }

  boolean isDue(TrainingState state, DataLoader batches) {
    boolean bySteps = everySteps > 0 && state.step() % everySteps == 0;
    long passes = state.cursor().start(batches).epoch();
    boolean byEpochs =
        everyEpochs > 0 && passes > state.cursor().epoch() && passes % everyEpochs == 0;
    return bySteps || byEpochs;
  }
}
