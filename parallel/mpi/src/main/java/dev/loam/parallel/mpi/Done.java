// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Work;
import java.time.Duration;

/**
 * Work of a group of one, which is done when it is started.
 *
 * @param completedNanos when that was
 */
record Done(long completedNanos) implements Work {
  @Override
  public boolean isDone() {
    return true;
  }

  @Override
  public void await(Duration deadline) {}

  @Override
  public void await() {}
}
