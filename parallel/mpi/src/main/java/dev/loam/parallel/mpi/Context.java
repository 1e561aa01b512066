// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.RankFailedException;

/**
 * What the groups of a process share.
 *
 * @param worldRank of this process
 * @param worldSize the number of processes
 * @param localRanks the processes on this machine
 * @param waitSpinNanos how long a rank's thread spins before it parks
 */
record Context(
    OpenMpi mpi,
    Settings settings,
    Progress progress,
    Failure failure,
    int worldRank,
    int worldSize,
    int localRanks,
    long waitSpinNanos) {

  /** Fails the context for something that this rank did. */
  RankFailedException fail(String did) {
    return failure.raiseAndAwaitQuiet(
        new RankFailedException(worldRank, "rank " + worldRank + " " + did));
  }

  /** Starts an operation. */
  <W extends Operation> W start(W operation) {
    failure.check();
    progress.submit(operation::begin);
    return operation;
  }
}
