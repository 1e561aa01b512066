// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class LaunchTest {
  @Test
  void knowsMpirunAndSrun() {
    assertThat(new Launch(Map.of("OMPI_COMM_WORLD_SIZE", "2")).launched()).isTrue();
    assertThat(new Launch(Map.of("PMIX_RANK", "0")).launched()).isTrue();
    assertThat(new Launch(Map.of("PMI_RANK", "0", "PMI_SIZE", "4")).launched()).isTrue();
    assertThat(new Launch(Map.of("SLURM_PROCID", "0", "PATH", "/bin")).launched()).isFalse();
  }

  @Test
  void refusesALauncherThatThisMpiDoesNotUnderstand() {
    Launch launch = new Launch(Map.of("PMI_RANK", "0", "PMI_SIZE", "4"));
    assertThatThrownBy(() -> launch.requireSize(1))
        .isInstanceOf(MpiException.class)
        .hasMessageContainingAll("started 4 processes (PMI_SIZE)", "finds itself alone", "mpirun");
    assertThatCode(() -> launch.requireSize(4)).doesNotThrowAnyException();
  }

  @Test
  void takesAWorldOfOne() {
    assertThatCode(() -> new Launch(Map.of()).requireSize(1)).doesNotThrowAnyException();
    assertThatCode(() -> new Launch(Map.of("OMPI_COMM_WORLD_SIZE", "1")).requireSize(1))
        .doesNotThrowAnyException();
  }
}
