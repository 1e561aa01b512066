// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several listeners as one. All of them are closed, whatever one of them throws. */
record Listeners(List<TrainingListener> all) implements TrainingListener {
  Listeners {
    all = List.copyOf(all);
  }

  @Override
  public void onStart(List<String> summary) {
    all.forEach(listener -> listener.onStart(summary));
  }

  @Override
  public void onStep(StepMetrics metrics) {
    all.forEach(listener -> listener.onStep(metrics));
  }

  @Override
  public void onCheckpoint(long step, Path checkpoint) {
    all.forEach(listener -> listener.onCheckpoint(step, checkpoint));
  }

  @Override
  public void onEvaluation(Evaluation evaluation) {
    all.forEach(listener -> listener.onEvaluation(evaluation));
  }

  @Override
  public void onGeneration(long step, List<Generation> generations) {
    all.forEach(listener -> listener.onGeneration(step, generations));
  }

  @Override
  public void onRollBack(long badStep, long step) {
    all.forEach(listener -> listener.onRollBack(badStep, step));
  }

  @Override
  public void close() {
    @Nullable RuntimeException failure = null;
    for (TrainingListener listener : all) {
      try {
        listener.close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
