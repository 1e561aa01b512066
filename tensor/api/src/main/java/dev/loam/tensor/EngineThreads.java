// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * The named daemon threads an engine owns, their reuse, and the budget they are leased from. For
 * engines to build their leases on.
 */
public final class EngineThreads {
  private final String name;
  private final int budget;
  private final IntConsumer prepare;
  private final Deque<Worker> idle = new ArrayDeque<>();
  private int started;
  private int leased;
  private int leases;

  /**
   * Starts no thread yet.
   *
   * @param name prefix of thread names
   * @param budget how many compute threads may be leased in all
   * @param prepare run on a thread at the start of each lease, with its number of compute threads
   */
  public EngineThreads(String name, int budget, IntConsumer prepare) {
    this.name = name;
    this.budget = budget;
    this.prepare = prepare;
  }

  /** How many compute threads may be leased in all. */
  public int budget() {
    return budget;
  }

  /** How many leases are not closed. */
  public synchronized int leases() {
    return leases;
  }

  /** Leases a thread, see {@link Engine#lease}. */
  public synchronized Worker lease(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    int granted = Math.max(1, Math.min(threads, budget - leased));
    Worker worker = idle.isEmpty() ? new Worker(name + "-" + started++) : idle.pop();
    leased += granted;
    leases++;
    try {
      worker.begin(granted);
    } catch (RuntimeException | Error e) {
      giveBack(worker, granted);
      throw e;
    }
    return worker;
  }

  private synchronized void giveBack(Worker worker, int threads) {
    leased -= threads;
    leases--;
    idle.push(worker);
  }

  /** One thread. */
  public final class Worker {
    private final ExecutorService executor;
    private final Thread thread;
    private int threads;

    private Worker(String name) {
      Thread[] made = new Thread[1];
      executor =
          Executors.newSingleThreadExecutor(
              task -> {
                made[0] = new Thread(task, name);
                made[0].setDaemon(true);
                return made[0];
              });
      await(executor.submit(() -> Boolean.TRUE));
      thread = made[0];
    }

    private void begin(int granted) {
      threads = granted;
      await(
          executor.submit(
              () -> {
                prepare.accept(granted);
                return Boolean.TRUE;
              }));
    }

    /** The number of compute threads of this lease. */
    public int threads() {
      return threads;
    }

    /** Whether the caller runs on this thread. */
    public boolean isCurrent() {
      return Thread.currentThread() == thread;
    }

    /** Runs work here, see {@link ComputeLease#call}. */
    public <R> R call(Callable<R> work) {
      if (!isCurrent()) {
        return await(executor.submit(work));
      }
      try {
        return work.call();
      } catch (Exception e) {
        throw unchecked(e);
      }
    }

    /** Starts work here, see {@link ComputeLease#submit}. */
    public <R> Future<R> submit(Callable<R> work) {
      return executor.submit(work);
    }

    /** Ends the lease; the thread stays for the next. */
    public void close() {
      giveBack(this, threads);
    }

    private <R> R await(Future<R> future) {
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return future.get();
          } catch (InterruptedException e) {
            interrupted = true;
            thread.interrupt();
          } catch (ExecutionException e) {
            throw unchecked(Objects.requireNonNull(e.getCause()));
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private RuntimeException unchecked(Throwable thrown) {
      if (thrown instanceof Error error) {
        throw error;
      }
      return thrown instanceof RuntimeException e ? e : new EngineException("work failed", thrown);
    }
  }
}
