// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.List;
import java.util.Map;

/**
 * What a launcher of MPI processes tells them by environment variables: {@code mpirun} of Open MPI,
 * {@code srun} and others by way of PMIx or PMI.
 *
 * @param environment of this process
 */
record Launch(Map<String, String> environment) {
  private static final List<String> SIZES =
      List.of("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS");
  private static final List<String> SIGNS =
      List.of("OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK");

  /** Whether a launcher started this process as one rank of a job. */
  boolean launched() {
    return SIGNS.stream().anyMatch(environment::containsKey);
  }

  /**
   * Checks that MPI found all processes that were started, which it does not where the launcher
   * belongs to another MPI: each would train for itself.
   */
  void requireSize(int size) {
    for (String variable : SIZES) {
      String started = environment.getOrDefault(variable, "");
      if (started.matches("[0-9]{1,9}") && Integer.parseInt(started) != size && size == 1) {
        throw new MpiException(
            "the launcher started "
                + started
                + " processes ("
                + variable
                + "), but Open MPI finds itself alone; start them with the mpirun of this Open MPI,"
                + " or with srun --mpi=pmix");
      }
    }
  }

  /**
   * Tells UCX, which Open MPI may load, to leave the signals alone that the Java virtual machine
   * works with. To be called before the library is loaded.
   */
  static void leaveSignalsToJava() {
    if (!Platform.isWindows()) {
      int keep = 0;
      Object unused =
          NativeLibrary.getInstance(Platform.C_LIBRARY_NAME)
              .getFunction("setenv")
              .invokeInt(new Object[] {"UCX_ERROR_SIGNALS", "", keep});
    }
  }
}
