// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Something that is made on a thread of its own, which ends before this is closed. */
final class Meanwhile<T> implements AutoCloseable {
  private final FutureTask<T> task;

  Meanwhile(String threadName, Supplier<T> supplier) {
    task = new FutureTask<>(supplier::get);
    Thread thread = new Thread(task, threadName);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits for the result; throws what making it threw. An interrupt stays set and is not obeyed.
   */
  T get() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits for the end, whatever it is. */
  @Override
  @SuppressWarnings("EmptyCatch") // Whoever wanted the result was told.
  public void close() {
    try {
      T unused = get();
    } catch (RuntimeException | Error e) {
    }
  }
}
