// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** Counts the updates of an optimizer, of this process and of those it goes on from. */
final class Updates {
  private final Optimizer optimizer;
  private long begun;

  Updates(Optimizer optimizer) {
    this.optimizer = optimizer;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  /** Goes on after so many updates. */
  void resume(long done) {
    begun = done;
  }

  /** Weights are being read; until {@link #resume} they are nobody's. */
  void interrupt() {
    begun = -1;
  }

  /** Updates that have begun; weights are sound if each of them has ended. */
  long begun() {
    return begun;
  }

  /** The next update. */
  void run(double lr, double gradientScale) {
    begun++;
    optimizer.update(new Optimizer.Update(begun, lr, gradientScale));
  }
}
