// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that talk to clients, one for each request. A client that takes too long to send or
 * to receive loses its connection: its thread is interrupted, which closes the channel it is
 * blocked on. (The JDK's server has no limits of its own but for the whole process.)
 */
final class ConnectionThreads implements Executor {
  private static final long IDLE_SECONDS = 10;

  private final Duration readTimeout;
  private final ThreadPoolExecutor pool;
  private final ScheduledThreadPoolExecutor timer;
  private final Map<Thread, Watch> reading = new ConcurrentHashMap<>();

  ConnectionThreads(int threads, Duration readTimeout) {
    this.readTimeout = readTimeout;
    AtomicInteger count = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemon(task, "loam-serve-connection-" + count.getAndIncrement()));
    pool.allowCoreThreadTimeOut(true);
    timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "loam-serve-timer"));
    timer.setRemoveOnCancelPolicy(true);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Runs what reads a request and answers it. */
  @Override
  public void execute(Runnable exchange) {
    pool.execute(
        () -> {
          reading.put(Thread.currentThread(), watch(readTimeout));
          try {
            exchange.run();
          } finally {
            requestIsRead();
          }
        });
  }

  /** Ends the limit on reading for this thread. */
  void requestIsRead() {
    Watch watch = reading.remove(Thread.currentThread());
    if (watch != null) {
      watch.close();
    }
  }

  /** Input or output with a client. */
  interface Io {
    void run() throws IOException;
  }

  /** Runs something that fails where it takes longer. */
  void within(Duration limit, Io io) throws IOException {
    Watch watch = watch(limit);
    try {
      io.run();
    } finally {
      watch.close();
    }
  }

  private Watch watch(Duration limit) {
    Watch watch = new Watch(Thread.currentThread());
    watch.start(timer, limit);
    return watch;
  }

  /** Lets answers that are ready go out for a while, and ends all threads. */
  void close(Duration grace) throws InterruptedException {
    pool.shutdown();
    if (!pool.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      pool.shutdownNow();
      boolean unused = pool.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
    }
    timer.shutdownNow();
    boolean unused = timer.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Tells all threads to end, without waiting for it. */
  void closeNow() {
    pool.shutdownNow();
    timer.shutdownNow();
  }
}
