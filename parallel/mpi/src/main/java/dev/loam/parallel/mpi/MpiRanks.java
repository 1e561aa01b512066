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
   * @param deadline for this, and for every operation that is awaited without one of its own
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
    MpiRanks ranks = new MpiRanks(await(started, settings.deadline()), thread);
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
      started.complete(new Context(mpi, settings, progress, failure, rank, size, waitSpin));
    } catch (RuntimeException | Error e) {
      started.completeExceptionally(e);
      return;
    }
    progress.run(rank);
  }

  private static Context await(CompletableFuture<Context> started, Duration deadline) {
    try {
      return started.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new MpiException("MPI did not start within " + deadline.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new MpiException("MPI cannot start: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MpiException("interrupted while MPI started", e);
    }
  }

  /** All ranks. To be used by one thread, which is that of this process's rank. */
  public ProcessGroup world() {
    return world;
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
    if (context.failure().first().isEmpty()) {
      try {
        world.barrier("close").await();
      } catch (RankFailedException e) {
        join(Progress.GRACE.plus(ABORT));
        throw e;
      }
      context.progress().finish();
      if (!join(context.settings().deadline())) {
        throw context.fail("could not end MPI within the deadline");
      }
    } else if (!join(Progress.GRACE.plus(ABORT))) {
      LOG.error("MPI_Abort has not ended this process");
    }
  }

  /** Waits for the progress thread. */
  private boolean join(Duration limit) {
    try {
      thread.join(limit.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
