// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FaultTest {
  /** What {@code mpirun} may take to end processes that do not end by themselves. */
  private static final Duration ENDING = Duration.ofSeconds(3);

  @BeforeEach
  void requireOpenMpi() {
    Job.requireOpenMpi();
  }

  @Test
  void anExceptionOfOneRankEndsAll() {
    String output = Job.run(3, "throw").requireFailure().output();
    assertThat(output).contains("java.lang.IllegalStateException: made to fail");
  }

  @Test
  void aRankThatLeavesEndsAll() {
    Job.run(3, "leave", "deadline=3000").requireFailure();
  }

  @Test
  void aMissingRankIsNamedWithTheCollectiveAndTheTensor() {
    String output = Job.run(3, "absent", "deadline=1000").requireFailure().output();
    assertThat(output)
        .contains(
            "all-reduce (sum) #0 of group turned (gradients of layer 3): rank 1 did not take part"
                + " within 1000 ms");
  }

  @Test
  void whatARankDoesInsteadIsNamed() {
    String output = Job.run(2, "other collective", "deadline=1000").requireFailure().output();
    assertThat(output)
        .containsPattern(
            "rank 1 did not take part \\(rank 1 is in all-reduce \\(sum\\) #\\d+ of F32\\) within"
                + " 1000 ms|rank 0 did not take part \\(rank 0 is in barrier #\\d+ of I64\\)");
  }

  @Test
  void tensorsOfDifferentSizesFailAtOnce() {
    String output = Job.run(2, "other size").requireFailure().output();
    assertThat(output)
        .containsAnyOf("more than 40 bytes arrived", "40 bytes arrived instead of 44")
        .contains("all-reduce (sum)", "(sizes), from rank");
  }

  @Test
  void aKilledRankEndsAll() {
    try (Job job = Job.start(4, "loop")) {
      job.awaitLines("is looping");
      job.signal(2, "KILL");
      job.await(ENDING).requireFailure();
    }
  }

  @Test
  void aStoppedRankEndsAllWithinTheDeadlineAndASecond() {
    try (Job job = Job.start(3, "loop", "deadline=2000")) {
      job.awaitLines("is looping");
      job.signal(1, "STOP");
      String output = job.await(ENDING.plusSeconds(3)).requireFailure().output();
      assertThat(output).contains("rank 1 did not take part").doesNotContain("WRONG");
    }
  }
}
