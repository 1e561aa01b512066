// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.mpi.MpiRanks;
import java.time.Duration;
import java.util.function.ToIntFunction;

/**
 * This process's part in a job that {@code mpirun} or another launcher of MPI processes started.
 * Errors are told here and not thrown: once a rank has failed, or has ended with anything but 0,
 * the launcher ends the others.
 */
final class MpiJob {
  private final ErrorReport errors;

  MpiJob(ErrorReport errors) {
    this.errors = errors;
  }

  /** Something that every rank finds at the same point; the first one tells it for all. */
  static final class CommonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException problem;

    CommonException(RuntimeException problem) {
      super(problem.getMessage(), problem);
      this.problem = problem;
    }

    RuntimeException problem() {
      return problem;
    }
  }

  /**
   * Runs this process's rank.
   *
   * @param deadline how long it waits for others before the job fails
   * @param rank is given the job, and gives the exit code
   * @return the exit code of this process
   */
  int run(Duration deadline, ToIntFunction<MpiRanks> rank) {
    try (MpiRanks ranks = MpiRanks.open(deadline)) {
      return run(ranks, rank);
    }
  }

  private int run(MpiRanks ranks, ToIntFunction<MpiRanks> rank) {
    ProcessGroup world = ranks.world();
    try {
      return rank.applyAsInt(ranks);
    } catch (CommonException e) {
      // All wait for each other before they end, so that the first can tell it.
      return world.rank() == 0 ? errors.report(e.problem()) : ExitCodes.of(e.problem());
    } catch (RuntimeException | Error e) {
      int exitCode = errors.report(e);
      world.abort(e);
      return exitCode;
    }
  }
}
