// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Threads that count the words of blocks, each with a counter of its own. They are named {@code
 * loam-bpe-N} and have ended when {@link #close} returns. Blocks are handed over by one thread.
 */
final class CountingThreads implements AutoCloseable {
  /** A block with its place in the order of all, or the end. */
  private record Task(long number, Optional<TextBlocks.Block> block) {}

  private record Failure(long number, Throwable cause) {}

  private final BlockingQueue<Task> queue;
  private final List<Thread> threads = new ArrayList<>();
  private long handedOver;
  private Optional<Failure> failure = Optional.empty(); // the first in the order of the blocks

  /** Starts a thread for each counter. */
  CountingThreads(List<WordCounter> counters) {
    queue = new ArrayBlockingQueue<>(counters.size());
    for (int i = 0; i < counters.size(); i++) {
      WordCounter counter = counters.get(i);
      Thread thread = new Thread(() -> work(counter), "loam-bpe-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /**
   * Hands over a block, waiting while enough others are waiting.
   *
   * @return false if a thread has failed and no more blocks are wanted
   * @throws BpeTrainingException if the calling thread is interrupted
   */
  boolean count(TextBlocks.Block block) {
    try {
      queue.put(new Task(handedOver++, Optional.of(block)));
    } catch (InterruptedException e) {
      fail(-1, e);
      Thread.currentThread().interrupt();
      throw new BpeTrainingException("interrupted while words were counted", e);
    }
    return firstFailure().isEmpty();
  }

  private void work(WordCounter counter) {
    for (Task task = take(); task.block().isPresent(); task = take()) {
      long number = task.number();
      if (firstFailure().filter(first -> first.number() < number).isEmpty()) {
        try {
          TextBlocks.Block block = task.block().get();
          block.requireUtf8();
          counter.countLines(block.utf8(), 0, block.length());
        } catch (Throwable e) { // goes on, so that the reader never waits in vain
          fail(number, e);
        }
      }
    }
  }

  private Task take() {
    while (true) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        fail(-1, e); // by a stranger: the thread is ours
      }
    }
  }

  private synchronized Optional<Failure> firstFailure() {
    return failure;
  }

  private synchronized void fail(long number, Throwable cause) {
    if (failure.isEmpty() || number < failure.get().number()) {
      failure = Optional.of(new Failure(number, cause));
    }
  }

  /** Waits until everything is counted and the threads have ended; throws what failed first. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    for (int i = 0; i < threads.size(); ) {
      try {
        queue.put(new Task(Long.MAX_VALUE, Optional.empty()));
        i++;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    for (int i = 0; i < threads.size(); ) {
      try {
        threads.get(i).join();
        i++;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    firstFailure().ifPresent(CountingThreads::rethrow);
  }

  private static void rethrow(Failure first) {
    Throwable cause = first.cause();
    if (cause instanceof Error error) {
      throw error;
    } else if (cause instanceof RuntimeException exception) {
      throw exception;
    }
    throw new BpeTrainingException("interrupted while words were counted", cause);
  }
}
