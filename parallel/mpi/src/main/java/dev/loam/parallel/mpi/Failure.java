// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.RankFailedException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The failure that ends a context, once there is one. Safe for use by several threads. */
final class Failure {
  private static final Logger LOG = LoggerFactory.getLogger(Failure.class);

  private final AtomicReference<@Nullable RankFailedException> first = new AtomicReference<>();
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

  Optional<RankFailedException> first() {
    return Optional.ofNullable(first.get());
  }

  /** Fails the context unless it has failed already, and wakes everyone who waits. */
  RankFailedException raise(RankFailedException failure) {
    if (!first.compareAndSet(null, failure)) {
      return first().map(Failure::again).orElse(failure);
    }
    LOG.error("{}", failure.getMessage(), failure);
    waiting.forEach(LockSupport::unpark);
    return failure;
  }

  /** Throws if the context has failed. */
  void check() {
    RankFailedException failure = first.get();
    if (failure != null) {
      throw again(failure);
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
