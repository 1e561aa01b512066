// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Threads that help the caller with long reads: copying out of the system's cache and comparing
 * digests keep a core busy each. They exist from the first long read until this is closed.
 */
final class ReadingThreads implements AutoCloseable {
  /** More do not read faster from one disk or one machine's memory. */
  private static final int MOST = 4;

  private final int count = Math.min(MOST, Runtime.getRuntime().availableProcessors());
  private final AtomicInteger started = new AtomicInteger();
  private final ExecutorService helpers =
      Executors.newFixedThreadPool(
          count,
          task -> {
            Thread thread = new Thread(task, "loam-checkpoint-reader-" + started.getAndIncrement());
            thread.setDaemon(true);
            return thread;
          });

  /** Handles a run of blocks. */
  @FunctionalInterface
  interface Run {
    void handle(long from, long to);
  }

  /** Divides blocks into runs and handles them; throws what the first run that failed threw. */
  void divide(long blocks, Run run) {
    List<Future<?>> others = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      long from = blocks * i / count;
      long to = blocks * (i + 1) / count;
      others.add(helpers.submit(() -> run.handle(from, to)));
    }
    @Nullable RuntimeException failure = null;
    try {
      run.handle(0, blocks / count);
    } catch (RuntimeException e) {
      failure = e;
    }
    // None may write to the destination once this has returned.
    for (Future<?> other : others) {
      RuntimeException thrown = await(other);
      failure = failure == null ? thrown : failure;
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException await(Future<?> run) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          run.get();
          return null;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return e.getCause() instanceof RuntimeException cause
              ? cause
              : new IllegalStateException("blocks could not be read", e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    helpers.shutdown();
  }
}
