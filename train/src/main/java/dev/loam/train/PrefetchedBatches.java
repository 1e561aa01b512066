// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Another source's batches, made ahead of the step that asks for them: while one step trains, a
 * thread of its own makes the next ones. Steps are the source's own, whatever order they are asked
 * for in; going elsewhere than to the next step drops what was made ahead. What the source throws
 * is thrown where the step it belongs to is asked for, and a step nobody asks for is never missed.
 *
 * <p>For one thread. Its interrupts do not reach the source, and waiting for a step goes on in
 * spite of them: they stay set.
 */
final class PrefetchedBatches implements DataLoader {
  /** The step that is needed next and the one after it. */
  private static final int DEPTH = 2;

  private final DataLoader source;
  private final Thread thread;

  /** Made in this order; all are before {@link #next}. */
  private final Deque<Made> made = new ArrayDeque<>();

  /** The step that is made now or next; none before the first is known and after a failure. */
  private Optional<DataCursor> next = Optional.empty();

  private boolean closed;

  /** A step, or why there is none. */
  private record Made(DataCursor at, List<MicroBatch> batches, Optional<Throwable> failure) {}

  /**
   * Starts making batches as soon as the first step is asked for.
   *
   * @param source is asked by one thread at a time, and closed with this
   * @param rank names the thread: {@code loam-data-<rank>}
   */
  PrefetchedBatches(DataLoader source, int rank) {
    this.source = source;
    thread = new Thread(this::work, "loam-data-" + rank);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try {
      while (true) {
        DataCursor at = awaitRoom();
        publish(make(at));
      }
    } catch (InterruptedException e) {
      // Closed: nobody waits for a step any more.
    }
  }

  private synchronized DataCursor awaitRoom() throws InterruptedException {
    while (closed || next.isEmpty() || made.size() == DEPTH) {
      // Closing interrupts, but a source may have swallowed that.
      if (closed) {
        throw new InterruptedException("closed");
      }
      wait();
    }
    return next.get();
  }

  private Made make(DataCursor at) {
    try {
      return new Made(at, source.step(at), Optional.empty());
    } catch (RuntimeException | Error e) {
      return new Made(at, List.of(), Optional.of(e));
    }
  }

  /** Keeps a step, unless another has been asked for meanwhile. */
  private synchronized void publish(Made step) {
    if (next.equals(Optional.of(step.at))) {
      made.add(step);
      next = step.failure.isPresent() ? Optional.empty() : Optional.of(after(step.at));
      notifyAll();
    }
  }

  private DataCursor after(DataCursor at) {
    return at.next(source).start(source);
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    Made step = await(at);
    step.failure.ifPresent(PrefetchedBatches::rethrow);
    return step.batches;
  }

  private synchronized Made await(DataCursor at) {
    boolean interrupted = false;
    try {
      while (true) {
        Optional<Made> step = poll(at);
        if (step.isPresent()) {
          return step.get();
        }
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The step if it is there; else it is what is made next. */
  private Optional<Made> poll(DataCursor at) {
    if (closed) {
      throw new IllegalStateException("the batches are closed");
    }
    boolean ahead = !made.isEmpty() && made.element().at.equals(at);
    if (!ahead && !(made.isEmpty() && next.equals(Optional.of(at)))) {
      made.clear();
      next = Optional.of(at);
    }
    notifyAll();
    return ahead ? Optional.of(made.remove()) : Optional.empty();
  }

  private static void rethrow(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  @Override
  public long stepsPerEpoch() {
    return source.stepsPerEpoch();
  }

  @Override
  public long samplesPerStep() {
    return source.samplesPerStep();
  }

  @Override
  public long samplesPerEpoch() {
    return source.samplesPerEpoch();
  }

  @Override
  public int microBatches() {
    return source.microBatches();
  }

  @Override
  public int maxTokens() {
    return source.maxTokens();
  }

  @Override
  public String description() {
    return source.description();
  }

  /** Ends the thread, after the step it is making, and then closes the source. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      made.clear();
      notifyAll();
    }
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
