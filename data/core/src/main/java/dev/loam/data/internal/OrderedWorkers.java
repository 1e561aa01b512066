// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

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
 * only so many, of only so much weight, at a time. For use by one thread, which also closes it.
 */
public final class OrderedWorkers<T> implements AutoCloseable {
  private static final int AHEAD = 16;
  private static final long MAX_WEIGHT = 1 << 26;

  private final ExecutorService pool;
  private final int capacity;
  private final Deque<Pending<T>> pending = new ArrayDeque<>();
  private long weight;

  private record Pending<T>(Future<T> result, int weight) {}

  /** With so many threads, whose names begin with {@code name}. */
  public OrderedWorkers(String name, int workers) {
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

  /**
   * Hands in a task; gives the oldest result, once as many are waiting as may be.
   *
   * @param taskWeight about as many bytes as the task holds
   */
  public Optional<T> submit(int taskWeight, Callable<T> task) {
    pending.add(new Pending<>(pool.submit(task), taskWeight));
    weight += taskWeight;
    return pending.size() > capacity || weight > MAX_WEIGHT ? next() : Optional.empty();
  }

  /** Waits for the oldest result; nothing when all have been given. */
  public Optional<T> next() {
    Pending<T> oldest = pending.poll();
    if (oldest == null) {
      return Optional.empty();
    }
    weight -= oldest.weight();
    try {
      return Optional.of(oldest.result().get());
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
