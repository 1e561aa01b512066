// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
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

  /**
   * What one thread was asked to do.
   *
   * @param claimed whether it has begun, or need not any more
   */
  private record Helper(AtomicBoolean claimed, Future<?> work) {}

  /**
   * Handles blocks 0, 1 and so on, each once, on this thread and the others, whichever is free;
   * throws what the first that failed threw.
   */
  void each(long blocks, LongConsumer block) {
    AtomicLong next = new AtomicLong();
    Runnable work =
        () -> {
          for (long i = next.getAndIncrement(); i < blocks; i = next.getAndIncrement()) {
            block.accept(i);
          }
        };
    List<Helper> others = new ArrayList<>();
    for (int i = 1; i < Math.min(count, blocks); i++) {
      AtomicBoolean claimed = new AtomicBoolean();
      Runnable claimedWork =
          () -> {
            if (claimed.compareAndSet(false, true)) {
              work.run();
            }
          };
      others.add(new Helper(claimed, helpers.submit(claimedWork)));
    }
    @Nullable RuntimeException failure = null;
    try {
      work.run();
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Helper other : others) {
      // One that has not begun has nothing left to do; none may still be at work after this.
      boolean begun = !other.claimed().compareAndSet(false, true);
      RuntimeException thrown = begun ? await(other.work()) : null;
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
