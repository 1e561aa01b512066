// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Work on many items, shared by the caller's thread and helpers that end before it returns. */
final class ChunkedWork {
  /** Works on the items from one index up to another. */
  interface Task {
    void run(int from, int to);
  }

  private static final int CHUNKS_PER_THREAD = 16;
  private static final int LARGEST_CHUNK = 256;

  private final int items;
  private final int chunk;
  private final Task task;
  private final Thread caller = Thread.currentThread();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private ChunkedWork(int items, int threads, Task task) {
    this.items = items;
    this.chunk =
        (int) Math.max(1, Math.min(LARGEST_CHUNK, items / ((long) threads * CHUNKS_PER_THREAD)));
    this.task = task;
  }

  /**
   * Works on the items 0 to {@code items - 1}, each once.
   *
   * @param threads how many threads share the work, at most; the caller's is one of them
   * @throws CancellationException if the caller's thread is interrupted, which it stays; what any
   *     task throws comes out as it is
   */
  static void run(int items, int threads, Task task) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    new ChunkedWork(items, threads, task).run(Math.min(threads, items));
  }

  private void run(int threads) {
    List<Thread> helpers = new ArrayList<>();
    try {
      for (int i = 1; i < threads; i++) {
        Thread helper = new Thread(this::work, "loam-tokenizer-" + i);
        helper.setDaemon(true);
        helper.start();
        helpers.add(helper);
      }
      work();
    } catch (OutOfMemoryError e) { // a thread could not be started
      fail(e);
    } finally {
      join(helpers);
    }
    rethrow(failure.get());
  }

  @SuppressWarnings("Interruption") // the flag is looked at, for the caller, by its helpers too
  private void work() {
    try {
      for (int from = nextChunk(); from < items; from = nextChunk()) {
        if (caller.isInterrupted()) {
          throw new CancellationException("interrupted while encoding");
        }
        task.run(from, (int) Math.min(items, (long) from + chunk));
      }
    } catch (Throwable e) { // whatever it is, the caller gets it
      fail(e);
    }
  }

  /** The first item of a chunk that no thread has; at least {@code items} if there is none. */
  private int nextChunk() {
    return next.getAndUpdate(n -> n >= items ? n : (int) Math.min(items, (long) n + chunk));
  }

  private void fail(Throwable e) {
    failure.compareAndSet(null, e);
    next.set(items);
  }

  private void join(List<Thread> helpers) {
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
          fail(new CancellationException("interrupted while encoding"));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
