// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.ProcessGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** All ranks of a run, and what has failed. */
final class World {
  /** Chunks small enough to share the work, large enough not to feel the sharing. */
  static final int CHUNK_BYTES = 1 << 17;

  private static final int COMMUNICATION_THREADS = 2;

  private final Duration deadline;
  private final int chunkBytes;
  private final Thread owner = Thread.currentThread();
  private final List<RankThread> ranks = new ArrayList<>();
  private final List<ChunkRunner> runners = new ArrayList<>();
  private final CommunicationThreads communication;
  private final SharedGroup all;
  private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();
  private volatile boolean anyEnded;

  /** Ranks that have not begun; the calling thread owns them. */
  World(int size, Duration deadline, int chunkBytes) {
    this.deadline = deadline;
    this.chunkBytes = chunkBytes;
    int cores = Runtime.getRuntime().availableProcessors();
    for (int r = 0; r < size; r++) {
      runners.add(new ChunkRunner(this));
      ranks.add(new RankThread(this, r, runners.get(r), cores > size));
    }
    List<ChunkRunner> helpers = new ArrayList<>();
    for (int i = 0; size > 1 && i < Math.min(COMMUNICATION_THREADS, cores); i++) {
      helpers.add(new ChunkRunner(this));
    }
    runners.addAll(helpers);
    all = new SharedGroup(this, "world", ranks);
    communication = new CommunicationThreads(helpers, cores > size);
  }

  /** Nanoseconds, or the most there are. */
  static long nanos(Duration time) {
    boolean countable = time.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0;
    return countable ? time.toNanos() : Long.MAX_VALUE;
  }

  Duration deadline() {
    return deadline;
  }

  List<RankThread> ranks() {
    return ranks;
  }

  /** All ranks as one of them has them. */
  ProcessGroup group(RankThread rank) {
    return MemberGroup.of(all, rank);
  }

  /** Begins an operation that all members have come to, on the thread of the last. */
  void start(Operation operation, ChunkRunner runner) {
    int chunks = operation.start(chunkBytes);
    if (chunks == 1) {
      // Sooner done than handed over.
      boolean unused = runner.runOne(operation);
    } else if (chunks > 1) {
      communication.offer(operation, chunks);
      operation.wake();
    }
  }

  /** A rank does not take part any more. */
  void ended() {
    anyEnded = true;
    wakeAll();
  }

  boolean hasAnyEnded() {
    return anyEnded;
  }

  @Nullable Failure failure() {
    return failure.get();
  }

  /** Ends all ranks, unless they end already. */
  void fail(Failure first) {
    if (failure.compareAndSet(null, first)) {
      wakeAll();
    }
  }

  /** Ends all ranks; when this returns no operation touches a tensor any more. */
  void abort(Failure first) {
    fail(first);
    runners.forEach(ChunkRunner::awaitIdle);
  }

  /** Throws if a rank has failed, when no operation touches a tensor any more. */
  void requireAlive(Call call) {
    if (failure.get() != null) {
      throwFailure(call.toString());
    }
  }

  /** Throws what has failed, when no operation touches a tensor any more. */
  void throwFailure(String operation) {
    Failure first = failure.get();
    if (first != null) {
      runners.forEach(ChunkRunner::awaitIdle);
      throw first.exception(
          first.message().contains(operation) ? "" : "; so there is no end of " + operation);
    }
  }

  /** Ends the threads of this world. */
  void close() {
    communication.close();
  }

  private void wakeAll() {
    ranks.forEach(RankThread::wake);
    LockSupport.unpark(owner);
  }
}
