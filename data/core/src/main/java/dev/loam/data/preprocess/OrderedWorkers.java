// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks on a few threads and gives their results in the order in which the tasks came, holding
 * only so many at a time. For use by one thread, which also closes it.
 */
final class OrderedWorkers<T> implements AutoCloseable {
  private static final int AHEAD = 4;

  private final ExecutorService pool;
  private final int capacity;
  private final Deque<Future<T>> pending = new ArrayDeque<>();

  OrderedWorkers(String name, int workers) {
    AtomicInteger count = new AtomicInteger();
    this.pool =
        Executors.newFixedThreadPool(
            workers,
            task -> {
              Thread thread = new Thread(task, name + "-" + count.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
    this.capacity = AHEAD * workers;
  }

  /** Hands in a task; gives the oldest result, once as many are waiting as may be. */
  Optional<T> submit(Callable<T> task) {
    pending.add(pool.submit(task));
    return pending.size() > capacity ? next() : Optional.empty();
  }

  /** Waits for the oldest result; nothing when all have been given. */
  Optional<T> next() {
    Future<T> oldest = pending.poll();
    if (oldest == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(oldest.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a worker");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Stops all work and waits until the threads are idle. */
  @Override
  public void close() {
    pool.shutdownNow();
    boolean interrupted = Thread.interrupted();
    while (!pool.isTerminated()) {
      try {
        if (pool.awaitTermination(1, TimeUnit.SECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
