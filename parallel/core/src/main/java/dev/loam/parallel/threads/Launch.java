// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.parallel.RankBody;
import dev.loam.tensor.ComputeLease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Starts the ranks and waits for their end; on the thread that runs the world. */
final class Launch<R> {
  /** Leaves some of the second that is promised for noticing, and for ending the threads. */
  private static final long LAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(600);

  private final World world;
  private final List<Future<R>> futures = new ArrayList<>();
  private boolean interrupted;

  Launch(World world) {
    this.world = world;
  }

  List<R> run(List<ComputeLease> leases, RankBody<R> body) {
    try {
      for (RankThread rank : world.ranks()) {
        start(rank, leases.get(rank.worldRank()), body);
      }
      awaitEnd();
      Failure failure = world.failure();
      if (failure != null) {
        throw failure.exception(lost());
      }
      return results();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void start(RankThread rank, ComputeLease lease, RankBody<R> body) {
    try {
      futures.add(lease.submit(() -> rank(rank, lease, body)));
    } catch (RuntimeException | Error e) {
      world.fail(Failure.thrown(rank.worldRank(), e));
      rank.endUnlessBegun();
    }
  }

  private R rank(RankThread rank, ComputeLease lease, RankBody<R> body) throws Exception {
    if (!rank.begin()) {
      throw new CancellationException("another rank failed before this one began");
    }
    try {
      return body.run(world.group(rank), lease);
    } catch (Throwable e) {
      world.fail(Failure.thrown(rank.worldRank(), e));
      throw e;
    } finally {
      rank.end();
      world.ended();
    }
  }

  /** Returns when all have ended, or a failure was not noticed in time. */
  private void awaitEnd() {
    long noticed = 0;
    boolean cancelled = false;
    Failure failure = null;
    while (!allEnded()) {
      if (failure == null) {
        failure = world.failure();
        noticed = System.nanoTime();
      }
      if (failure == null) {
        LockSupport.park(world);
      } else {
        long grace = failure.late() ? 0 : World.nanos(world.deadline());
        long waited = System.nanoTime() - noticed;
        if (!cancelled && waited >= grace) {
          cancelled = true;
          cancelAll();
        }
        long left = grace + (cancelled ? LAST_WAIT_NANOS : 0) - waited;
        if (cancelled && left <= 0) {
          return;
        }
        LockSupport.parkNanos(world, left);
      }
      if (Thread.interrupted()) {
        interrupted = true;
        world.ranks().forEach(RankThread::interrupt);
      }
    }
  }

  /** Interrupts the ranks that run, and keeps from running those that have not begun. */
  private void cancelAll() {
    for (Future<R> future : futures) {
      boolean unused = future.cancel(true);
    }
    world.ranks().forEach(RankThread::endUnlessBegun);
  }

  private boolean allEnded() {
    return world.ranks().stream().allMatch(RankThread::hasEnded);
  }

  private String lost() {
    String ranks =
        world.ranks().stream()
            .filter(rank -> !rank.hasEnded())
            .map(rank -> "; rank " + rank.worldRank() + " did not end, its compute thread is lost")
            .collect(Collectors.joining());
    return ranks.isEmpty() ? "" : ranks + " (poisoned)";
  }

  private List<R> results() {
    List<R> results = new ArrayList<>();
    for (Future<R> future : futures) {
      results.add(result(future));
    }
    return results;
  }

  private R result(Future<R> future) {
    while (true) {
      try {
        return future.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new IllegalStateException("a rank that did not fail has no result", e);
      }
    }
  }
}
