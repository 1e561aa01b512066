// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.model.generation.FinishReason;
import dev.loam.serve.Answer.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests that wait for the model, and the one thread that generates. */
final class GenerationQueue {
  private static final Logger LOG = LoggerFactory.getLogger(GenerationQueue.class);
  private static final long MAX_RETRY_SECONDS = 60;
  private static final long SECOND = 1_000_000_000;

  private final ChatBackend backend;
  private final Settings settings;
  private final Thread thread;
  private final Deque<Job> waiting = new ArrayDeque<>();
  private Optional<Job> running = Optional.empty();
  private boolean closed;
  private long lastSeconds = 1;

  GenerationQueue(ChatBackend backend, Settings settings) {
    this.backend = backend;
    this.settings = settings;
    this.thread = new Thread(this::generateAll, "loam-serve-generator");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * Lets a request wait for its turn.
   *
   * @throws ApiException if the queue is full or closed
   */
  synchronized void add(Job job) {
    if (closed) {
      throw ApiException.closing();
    }
    if (waiting.size() + (running.isPresent() ? 1 : 0) > settings.queueSize()) {
      throw ApiException.busy(Math.max(1, Math.min(MAX_RETRY_SECONDS, lastSeconds)));
    }
    waiting.add(job);
    notifyAll();
  }

  /** Takes a request out, or lets its generation end; nothing if it is over. */
  synchronized void withdraw(Job job) {
    job.answer().cancel();
    waiting.remove(job);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** How many requests wait or are worked on. */
  synchronized int size() {
    return waiting.size() + (running.isPresent() ? 1 : 0);
  }

  /** Refuses what waits, lets what runs go on for a while, and ends the thread. */
  void close(Duration grace) throws InterruptedException {
    synchronized (this) {
      closed = true;
      waiting.forEach(job -> job.answer().add(new Event.Failed(ApiException.closing())));
      waiting.clear();
      notifyAll();
    }
    thread.join(Math.max(1, grace.toMillis()));
    synchronized (this) {
      running.ifPresent(job -> job.answer().cancel());
    }
    thread.join(Math.max(1, settings.writeTimeout().toMillis()));
    if (thread.isAlive()) {
      LOG.warn("the model does not heed that its request is cancelled; its thread is interrupted");
      thread.interrupt();
    }
  }

  private void generateAll() {
    for (Optional<Job> job = next(); job.isPresent(); job = next()) {
      long start = System.nanoTime();
      Event end = generate(job.get());
      over((System.nanoTime() - start) / SECOND);
      // Whoever sees the end finds the place free.
      job.get().answer().add(end);
    }
  }

  private synchronized Optional<Job> next() {
    while (waiting.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Was meant for a generation that is over; the end of this thread is asked for by closing.
      }
    }
    running = Optional.ofNullable(waiting.poll());
    return running;
  }

  private synchronized void over(long seconds) {
    running = Optional.empty();
    lastSeconds = seconds;
  }

  private Event generate(Job job) {
    Answer answer = job.answer();
    if (job.isLate()) {
      return new Event.Failed(late());
    }
    answer.start();
    int newTokens = 0;
    try {
      for (int choice = 0; choice < job.texts().size(); choice++) {
        Generation generation = backend.generate(job.texts().get(choice), sink(job, choice));
        newTokens += generation.newTokens();
        if (generation.reason() == FinishReason.CANCELLED) {
          return new Event.Failed(job.isLate() ? late() : ApiException.closing());
        }
        answer.add(new Event.Finished(choice, generation.reason()));
      }
    } catch (RuntimeException | Error e) {
      // An error too: out of memory for one long text is no reason to refuse the next.
      LOG.error("generation failed", e);
      return new Event.Failed(ApiException.internal());
    }
    return new Event.Completed(newTokens);
  }

  private ApiException late() {
    return ApiException.late(settings.requestTimeout().toSeconds());
  }

  private static TextSink sink(Job job, int choice) {
    return new TextSink() {
      @Override
      public void text(String piece) {
        job.answer().addText(choice, piece);
      }

      @Override
      public boolean isCancelled() {
        return job.answer().isCancelled() || job.isLate();
      }
    };
  }
}
