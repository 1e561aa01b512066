// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.mpi.Agreement;
import dev.loam.parallel.mpi.MpiRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.TrainingListener;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.TrainingConfig;
import java.util.List;

/** One rank of a training that {@code mpirun} or another launcher of MPI processes started. */
final class MpiTraining {
  private final TrainingConfig config;
  private final TrainingRun run;

  MpiTraining(TrainingConfig config, TrainingRun run) {
    this.config = config;
    this.run = run;
  }

  /**
   * Runs this process's rank.
   *
   * @param threads compute threads of this machine, which its ranks share
   * @return whether this is the first rank, which tells people what happens
   */
  boolean run(Engine engine, int threads, List<TrainingListener> listeners) {
    try (MpiRanks ranks = MpiRanks.open(config.parallel().deadline())) {
      ProcessGroup world = ranks.world();
      requireSize(world.size());
      Agreement.requireSame(world, "configuration", config.digest());
      try (ComputeLease lease = engine.lease(Math.max(1, threads / 1))) {
        lease.call(() -> run.run(world, lease, listeners));
      } catch (RuntimeException | Error e) {
        world.abort(e);
        throw e;
      }
      return world.rank() == 0;
    }
  }

  private void requireSize(int started) {
    int wanted = config.parallel().layout().worldSize();
    if (started != wanted) {
      throw new UsageException(
          "the layout "
              + config.parallel().layout().describe()
              + " needs "
              + wanted
              + " processes, but "
              + started
              + " were started; pass -n "
              + wanted
              + " to mpirun, or change parallel_config");
    }
  }
}
