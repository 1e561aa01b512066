// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalRanksTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OMPI_COMM_WORLD_LOCAL_SIZE|3|3",
        "MPI_LOCALNRANKS|2|2",
        "SLURM_STEP_TASKS_PER_NODE|4|4",
        "SLURM_STEP_TASKS_PER_NODE|2(x3),5,1|5",
        "SLURM_STEP_TASKS_PER_NODE|6(x2)|6",
        "OMPI_COMM_WORLD_LOCAL_SIZE|0|8",
        "OMPI_COMM_WORLD_LOCAL_SIZE|many|8",
        "OMPI_COMM_WORLD_LOCAL_SIZE|99999999999999|8",
        "SLURM_STEP_TASKS_PER_NODE|0|8",
        "SLURM_STEP_TASKS_PER_NODE|?|8",
        "HOME|3|8",
      })
  void whatTheLauncherSaysElseAllRanks(String variable, String value, int count) {
    assertThat(new LocalRanks(Map.of(variable, value)).count(8)).isEqualTo(count);
  }

  @ParameterizedTest
  @CsvSource({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"})
  void ofThisMachineBeforeTheLargestOfAll(String variable) {
    assertThat(new LocalRanks(Map.of(variable, "2", "SLURM_STEP_TASKS_PER_NODE", "2,7")).count(9))
        .isEqualTo(2);
  }
}
