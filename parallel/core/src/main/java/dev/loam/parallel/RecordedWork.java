// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.time.Duration;

/** An operation that is recorded once it has been awaited. */
final class RecordedWork implements Work {
  private final Work work;
  private final CollectiveEvent event;
  private boolean isRecorded;

  RecordedWork(Work work, CollectiveEvent event) {
    this.work = work;
    this.event = event;
  }

  @Override
  public boolean isDone() {
    return work.isDone();
  }

  @Override
  public void await(Duration deadline) {
    work.await(deadline);
    record();
  }

  @Override
  public void await() {
    work.await();
    record();
  }

  private void record() {
    if (!isRecorded) {
      isRecorded = true;
      event.ended(work.completedNanos());
    }
  }

  @Override
  public long completedNanos() {
    return work.completedNanos();
  }
}
