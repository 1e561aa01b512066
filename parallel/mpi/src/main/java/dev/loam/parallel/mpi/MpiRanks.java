// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ranks of a job that a launcher of MPI processes started, one rank for each process. Open MPI
 * moves the data; a daemon thread, {@code loam-mpi}, makes all calls of it.
 *
 * <p>Once the context has failed, the job is ended by {@code MPI_Abort}: after 200 ms, so that
 * ranks can report the exception they get, this process and all others exit with a status that is
 * not 0. Where MPI does not manage that, such as when a network is cut, the caller has to exit:
 * {@link #close} returns within a second then. A process can open this once.
 */
public final class MpiRanks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MpiRanks.class);
  private static final long SPIN_NANOS = 20_000;
  private static final Duration SHORTEST_START = Duration.ofMinutes(1);
  private static final Duration ABORT = Duration.ofMillis(500);

  private final Context context;
  private final Thread thread;
  private final MpiGroup world;
  private boolean closed;

  private MpiRanks(Context context, Thread thread) {
    this.context = context;
    this.thread = thread;
    int size = context.worldSize();
    world =
        new MpiGroup(
            context,
            "world",
            context.mpi().world(),
            context.worldRank(),
            IntStream.range(0, size).boxed().toList());
  }

  /** Whether a launcher such as {@code mpirun} or {@code srun} started this process as a rank. */
  public static boolean launched() {
    return new Launch(System.getenv()).launched();
  }

  /**
   * Starts MPI, together with all other processes of the job, and makes sure that they run the same
   * version of Loam. The library is the one that the environment variable {@code LOAM_MPI_LIBRARY}
   * or the system property {@code loam.mpi.library} names; otherwise {@code libmpi.so.40} or {@code
   * libmpi.so}, where the system finds it.
   *
   * @param deadline for every operation that is awaited without one of its own; MPI may take a
   *     minute to start if that is longer
   * @throws IllegalArgumentException if the deadline is not positive
   * @throws MpiException if there is no Open MPI, or it cannot start
   * @throws DisagreementException if ranks run different versions
   * @throws RankFailedException if not all ranks come within the deadline
   */
  public static MpiRanks open(Duration deadline) {
    return open(Settings.of(deadline));
  }

  static MpiRanks open(Settings settings) {
    Launch.leaveSignalsToJava();
    OpenMpi mpi = OpenMpiLoader.load(settings.library());
    CompletableFuture<Context> started = new CompletableFuture<>();
    Thread thread = new Thread(() -> serve(mpi, settings, started), "loam-mpi");
    thread.setDaemon(true);
    thread.start();
    MpiRanks ranks = new MpiRanks(awaitStart(started, settings.deadline()), thread);
    try {
      Agreement.requireSame(ranks.world, "version of Loam", BuildVersion.read());
      Agreement.requireSame(ranks.world, "message limits", settings.limits().toString());
    } catch (DisagreementException | RankFailedException e) {
      ranks.close();
      throw e;
    }
    LOG.debug("rank {} of {}, {}", ranks.world.rank(), ranks.world.size(), mpi.version());
    return ranks;
  }

  /** The life of the progress thread. */
  private static void serve(OpenMpi mpi, Settings settings, CompletableFuture<Context> started) {
    Progress progress;
    int rank;
    try {
      mpi.initialise();
      rank = mpi.rank(mpi.world());
      int size = mpi.size(mpi.world());
      new Launch(System.getenv()).requireSize(size);
      // Threads that spin take cores from those that work, where there are not enough of them.
      int cores = Runtime.getRuntime().availableProcessors();
      int here = mpi.localRanks();
      Failure failure = new Failure();
      progress = new Progress(mpi, failure, cores >= here ? SPIN_NANOS : 0);
      long waitSpin = cores >= 2 * here ? SPIN_NANOS : 0;
      started.complete(new Context(mpi, settings, progress, failure, rank, size, here, waitSpin));
    } catch (RuntimeException | Error e) {
      started.completeExceptionally(e);
      return;
    }
    progress.run(rank);
  }

  private static Context awaitStart(CompletableFuture<Context> started, Duration deadline) {
    Duration limit = deadline.compareTo(SHORTEST_START) < 0 ? SHORTEST_START : deadline;
    try {
      return started.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new MpiException("MPI did not start within " + limit.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof MpiException known
          ? known
          : new MpiException("MPI cannot start: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MpiException("interrupted while MPI started", e);
    }
  }

  /** All ranks. To be used by one thread, which is that of this process's rank. */
  public ProcessGroup world() {
    return world;
  }

  /** How many ranks of the world run on this machine, this one included. */
  public int localRanks() {
    return context.localRanks();
  }

  /**
   * Ends MPI after waiting for all ranks to come here. After a failure it waits until the job is
   * ended, or returns after less than a second where that does not happen. Closing twice does
   * nothing.
   *
   * @throws RankFailedException if not all ranks come within the deadline
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (context.failure().first().isPresent()) {
      awaitAbort();
      return;
    }
    try {
      world.barrier("close").await();
    } catch (RankFailedException e) {
      awaitAbort();
      throw e;
    }
    context.progress().finish();
    if (!join(context.settings().deadline())) {
      throw context.fail("could not end MPI within the deadline");
    }
  }

  /** Does not come back where MPI_Abort works. */
  private void awaitAbort() {
    if (context.failure().isStuck() || !join(Progress.GRACE.plusMillis(100))) {
      Thread ending = new Thread(context.progress()::abortNow, "loam-mpi-abort");
      ending.setDaemon(true);
      ending.start();
      boolean unused = join(ABORT);
    }
    LOG.error("MPI_Abort has not ended this process");
  }

  /** Waits for the end of the progress thread; an interrupt is set again afterwards. */
  private boolean join(Duration limit) {
    boolean interrupted = false;
    long end = System.nanoTime() + limit.toNanos();
    for (long left = limit.toNanos();
        left > 0 && thread.isAlive();
        left = end - System.nanoTime()) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
