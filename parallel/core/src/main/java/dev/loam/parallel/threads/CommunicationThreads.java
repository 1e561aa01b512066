// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Threads that take the chunks nobody waits for, so that operations proceed while all ranks
 * compute. They wait for chunks alone, never for ranks.
 */
final class CommunicationThreads {
  private static final long END_MILLIS = 1000;

  private final boolean spareCores;
  private final Deque<Operation> ready = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean closed;

  /**
   * Starts the threads.
   *
   * @param spareCores whether there are cores for them beside those of the ranks
   */
  CommunicationThreads(List<ChunkRunner> runners, boolean spareCores) {
    this.spareCores = spareCores;
    for (ChunkRunner runner : runners) {
      Thread thread = new Thread(() -> run(runner), "loam-comm-" + threads.size());
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  /** Hands over an operation that has so many chunks. */
  synchronized void offer(Operation operation, int chunks) {
    for (int i = 0; i < Math.min(chunks, threads.size()); i++) {
      ready.add(operation);
      notify();
    }
  }

  /** Ends the threads and waits for their end. */
  void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    boolean interrupted = Thread.interrupted();
    for (Thread thread : threads) {
      try {
        thread.join(END_MILLIS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(ChunkRunner runner) {
    for (Operation next = take(); next != null; next = take()) {
      boolean more = true;
      while (more) {
        // Members that wait take the chunks themselves, on the cores they have.
        more = (spareCores || !next.isAwaited()) && runner.runOne(next);
      }
    }
  }

  private synchronized @Nullable Operation take() {
    while (ready.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Not what ends this thread: that is close().
      }
    }
    return closed ? null : ready.poll();
  }
}
