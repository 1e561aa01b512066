// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.EpochStep;
import dev.loam.train.StepMetrics;

/** Made-up steps. */
final class Steps {
  private Steps() {}

  /** A step of 400 of two passes: four samples of 128 tokens in half a second. */
  static StepMetrics of(long step, double loss, StepMetrics.Outcome outcome) {
    return new StepMetrics(
        step,
        400,
        new EpochStep((step - 1) / 200 + 1, 2, (step - 1) % 200 + 1, 200),
        loss,
        1.25,
        1e-6,
        512,
        4 * 128 * 129 / 2,
        4,
        4 * step,
        0.5,
        outcome);
  }

  static StepMetrics of(long step, double loss) {
    return of(step, loss, StepMetrics.Outcome.UPDATED);
  }
}
