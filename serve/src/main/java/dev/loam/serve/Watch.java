// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A limit in time on what a thread does, which interrupts it. Closed by that thread. */
final class Watch {
  private final Thread watched;
  private @Nullable Future<?> alarm;
  private boolean fired;
  private boolean closed;

  Watch(Thread watched) {
    this.watched = watched;
  }

  synchronized void start(ScheduledExecutorService timer, Duration limit) {
    alarm = timer.schedule(this::fire, limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void fire() {
    if (!closed) {
      fired = true;
      watched.interrupt();
    }
  }

  /** Ends the limit; an interrupt that came of it does not outlive it. */
  synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (alarm != null) {
      boolean unused = alarm.cancel(false);
    }
    if (fired) {
      boolean unused = Thread.interrupted();
    }
  }
}
