// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MpiRanksTest {
  @BeforeEach
  void requireOpenMpi() {
    Job.requireOpenMpi();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8})
  void keepsWhatProcessGroupsPromise(int ranks) {
    Job.run(ranks, "conformance").requireSuccess(ranks);
  }

  @Test
  void keepsItWhenEverythingIsCutIntoSmallMessages() {
    Job.run(3, "conformance", "small=true").requireSuccess(3);
  }

  @Test
  void takesTensorsOfMoreBytesThanAnIntCounts() {
    assumeTrue(Boolean.getBoolean("loam.full"), "skipped: part of the full matrix only");
    Job.run(2, "huge", "ai.djl.offline=true").requireSuccess(2);
  }

  @Test
  void sumsRoundAfterRound() {
    Job.run(4, "loop", "small=true", "rounds=200").requireSuccess(4);
  }

  @Test
  void javaKeepsItsSignals() {
    Job.run(2, "signals").requireSuccess(2);
  }

  @Test
  void startsOnlyOnce() {
    assertThat(Job.run(1, "again").requireFailure().output())
        .contains("MPI was already used by this process");
  }

  @Test
  void ranksThatDifferAreRefusedEverywhere() {
    String output = Job.run(3, "disagree").requireFailure().output();
    Pattern message =
        Pattern.compile(
            "ranks differ in their digest, which must be the same on all:"
                + " ranks 0, 2 have 'alpha', rank 1 has 'beta'");
    assertThat(message.matcher(output).results().count()).as(output).isGreaterThanOrEqualTo(3);
  }
}
