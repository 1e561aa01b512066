// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.reduce.TreeReducer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that makes all calls of MPI. It runs what ranks submit, polls the messages under way,
 * and ends the job when the context has failed.
 */
final class Progress {
  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);

  /** How long a rank has to report a failure before the launcher ends its process. */
  static final Duration GRACE = Duration.ofMillis(200);

  private static final long DIAGNOSIS_MILLIS = 200;

  private final OpenMpi mpi;
  private final Failure failure;
  private final Backoff backoff;
  private final Requests requests;
  private final TreeReducer reducer = new TreeReducer();
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean ended;
  private final AtomicBoolean aborting = new AtomicBoolean();

  /** To be made by the thread that will {@link #run} it. */
  Progress(OpenMpi mpi, Failure failure, long spinNanos) {
    this.mpi = mpi;
    this.failure = failure;
    backoff = new Backoff(spinNanos);
    requests = new Requests(mpi);
    thread = Thread.currentThread();
  }

  /** Has the thread do something. Called by any thread. */
  void submit(Runnable task) {
    if (ended) {
      throw new IllegalStateException("MPI is closed");
    }
    tasks.add(task);
    LockSupport.unpark(thread);
  }

  /** Ends MPI when all before is done; the job must not be ended while ranks still need it. */
  void finish() {
    submit(
        () -> {
          OpenMpi.check(MpiFunctions.MPI_Finalize(), "MPI_Finalize");
          ended = true;
        });
  }

  /** Who an operation waits for. Called by the thread of a rank. */
  Absence whoIsMissing(Operation operation) {
    CompletableFuture<Absence> answer = new CompletableFuture<>();
    submit(() -> answer.complete(Absence.of(operation, requests.pending())));
    try {
      return answer.get(DIAGNOSIS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("the progress thread does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Absence.unknown(operation);
  }

  void post(Message message) {
    requests.post(message);
  }

  TreeReducer reducer() {
    return reducer;
  }

  /** Works until MPI is ended or the context has failed. */
  void run(int worldRank) {
    failure.enter(thread);
    try {
      while (!ended && failure.first().isEmpty()) {
        step();
      }
    } catch (MessageFailure e) {
      Message message = e.failed();
      MpiGroup group = message.owner().group();
      int peer = group.worldRank(message.peer());
      RankFailedException unused =
          failure.raise(
              new RankFailedException(
                  peer,
                  message.owner().label()
                      + (message.sending() ? ", to rank " : ", from rank ")
                      + peer
                      + ": "
                      + e.getMessage()));
    } catch (RuntimeException | Error e) {
      RankFailedException unused =
          failure.raise(
              new RankFailedException(
                  worldRank, "rank " + worldRank + " cannot communicate: " + e, e));
    }
    failure.quiet();
    if (!ended) {
      abort();
    }
  }

  private void step() {
    boolean worked = false;
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
      worked = true;
      if (ended) {
        return;
      }
    }
    boolean busy = !requests.pending().isEmpty();
    if (busy) {
      worked |= requests.poll(message -> message.owner().messageDone(message)) > 0;
    } else {
      mpi.advance();
    }
    if (worked) {
      backoff.reset();
    } else {
      backoff.idle(busy);
    }
  }

  /** Leaves ranks the time to report, then ends the job. */
  private void abort() {
    long end = System.nanoTime() + GRACE.toNanos();
    for (long left = GRACE.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    abortNow();
  }

  /**
   * Ends all processes of the job, this one included. The only call of MPI that another thread may
   * make, when this one is stuck in another call.
   */
  void abortNow() {
    if (aborting.compareAndSet(false, true)) {
      int code = MpiFunctions.MPI_Abort(mpi.world(), 1);
      LOG.error("MPI_Abort came back with code {}", code);
    }
  }
}
