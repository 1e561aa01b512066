// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How many ranks of an MPI job share this machine, as its launcher says: {@code mpirun} of Open
 * MPI, Hydra, or {@code srun}.
 *
 * @param environment of this process
 */
record LocalRanks(Map<String, String> environment) {
  private static final List<String> HERE = List.of("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS");

  /** Slurm lists the machines' numbers of tasks, such as {@code 4(x2),3}. */
  private static final String EVERYWHERE = "SLURM_STEP_TASKS_PER_NODE";

  private static final Pattern TASKS = Pattern.compile("([0-9]{1,9})(\\(x[0-9]+\\))?(,|$)");

  /** The number; that of all ranks where the launcher does not say. */
  int count(int worldSize) {
    for (String variable : HERE) {
      String value = environment.getOrDefault(variable, "");
      if (value.matches("[1-9][0-9]{0,8}")) {
        return Integer.parseInt(value);
      }
    }
    // The largest, so that ranks have as many threads on one machine as on another.
    return TASKS
        .matcher(environment.getOrDefault(EVERYWHERE, ""))
        .results()
        .map((MatchResult tasks) -> Integer.valueOf(tasks.group(1)))
        .max(Integer::compare)
        .filter(most -> most > 0)
        .orElse(worldSize);
  }
}
