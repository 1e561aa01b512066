// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.RankFailedException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The failure that ends a context, once there is one. Safe for use by several threads. */
final class Failure {
  private static final Logger LOG = LoggerFactory.getLogger(Failure.class);

  private static final long QUIET_MILLIS = 100;

  private final AtomicReference<@Nullable RankFailedException> first = new AtomicReference<>();
  private final CountDownLatch quiet = new CountDownLatch(1);
  private volatile boolean stuck;
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

  Optional<RankFailedException> first() {
    return Optional.ofNullable(first.get());
  }

  /** Fails the context unless it has failed already, and wakes everyone who waits. */
  RankFailedException raise(RankFailedException failure) {
    if (!first.compareAndSet(null, failure)) {
      return first().map(Failure::again).orElse(failure);
    }
    LOG.error("{}", failure.getMessage());
    LOG.debug("the failure", failure);
    waiting.forEach(LockSupport::unpark);
    return failure;
  }

  /** Throws if the context has failed. To be called by threads of ranks. */
  void check() {
    RankFailedException failure = first.get();
    if (failure != null) {
      awaitQuiet();
      throw again(failure);
    }
  }

  /** Fails the context for a thread of a rank, which may free its memory then. */
  RankFailedException raiseAndAwaitQuiet(RankFailedException failure) {
    RankFailedException raised = raise(failure);
    awaitQuiet();
    return raised;
  }

  /** From now on the progress thread touches no tensor any more. */
  void quiet() {
    quiet.countDown();
  }

  /** Whether the progress thread is in MPI and does not come back. */
  boolean isStuck() {
    return stuck;
  }

  private void awaitQuiet() {
    try {
      stuck = stuck || !quiet.await(QUIET_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The thread will park, and is to be woken by a failure. */
  void enter(Thread thread) {
    waiting.add(thread);
  }

  void leave(Thread thread) {
    waiting.remove(thread);
  }

  private static RankFailedException again(RankFailedException failure) {
    return new RankFailedException(failure.rank(), String.valueOf(failure.getMessage()), failure);
  }
}
