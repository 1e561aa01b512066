// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * A training step of one rank, for Java Flight Recorder. Costs next to nothing while nobody
 * records.
 */
@Name("dev.loam.TrainingStep")
@Label("Training Step")
@Category("Loam")
@StackTrace(false)
final class StepEvent extends Event {
  @Label("Rank")
  int rank;

  @Label("Step")
  long step;

  @Label("Loss")
  double loss;

  @Label("Gradient norm")
  @Description("Of all gradients, before clipping")
  double gradientNorm;

  @Label("Learning rate")
  double learningRate;

  @Label("Tokens")
  @Description("Of the global batch")
  long tokens;

  @Label("Skipped")
  @Description("Whether the batch was left out")
  boolean skipped;

  @Label("Data time")
  @Description("How long the step waited for its batch")
  @Timespan
  long data;

  // Transient fields are not recorded.
  private final transient long startNanos = System.nanoTime();

  private StepEvent() {}

  /** Of a step that begins now. */
  static StepEvent begun(int rank) {
    StepEvent event = new StepEvent();
    event.rank = rank;
    event.begin();
    return event;
  }

  /** The batch is here. */
  void dataRead() {
    data = System.nanoTime() - startNanos;
  }

  /** The step has ended. */
  void ended(StepMetrics m) {
    if (isEnabled()) {
      step = m.step();
      loss = m.loss();
      gradientNorm = m.gradientNorm();
      learningRate = m.lr();
      tokens = m.tokens();
      skipped = m.isSkipped();
      commit();
    }
  }
}
