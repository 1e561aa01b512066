// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Faults at random points of a loop of collectives; part of the full matrix only. */
final class FaultMatrixTest {
  private static final int TRIALS = 100;
  private static final int DEADLINE_MILLIS = 2000;

  /** A second beyond the deadline, and what exiting takes on a machine with other work. */
  private static final Duration LIMIT = Duration.ofMillis(DEADLINE_MILLIS + 2000);

  @Test
  void everyFaultEndsAllProcessesWithoutAWrongResult() {
    assumeTrue(Boolean.getBoolean("loam.full"), "skipped: part of the full matrix only");
    Job.requireOpenMpi();
    Random random = new Random(20);
    List<String> table = new ArrayList<>();
    for (int trial = 0; trial < TRIALS; trial++) {
      int ranks = 2 + random.nextInt(3);
      int victim = random.nextInt(ranks);
      String small = "small=" + random.nextBoolean();
      Duration taken =
          switch (trial % 3) {
            case 0 -> exception(ranks, victim, small, 25 + random.nextInt(3000));
            case 1 -> signal(ranks, victim, small, "KILL", random.nextInt(800));
            default -> signal(ranks, victim, small, "STOP", random.nextInt(800));
          };
      String fault = List.of("exception", "kill", "stop").get(trial % 3);
      table.add(
          "trial %d: %s of rank %d of %d, %s: all ended after %d ms"
              .formatted(trial, fault, victim, ranks, small, taken.toMillis()));
      System.out.println(table.get(trial));
    }
    assertThat(table).hasSize(TRIALS);
  }

  private static Duration exception(int ranks, int victim, String small, int round) {
    try (Job job =
        Job.start(
            ranks,
            "loop",
            small,
            "deadline=" + DEADLINE_MILLIS,
            "fail.rank=" + victim,
            "fail.round=" + round)) {
      job.awaitOutput("rank " + victim + " fails now");
      return end(job);
    }
  }

  private static Duration signal(
      int ranks, int victim, String small, String signal, int delayMillis) {
    try (Job job = Job.start(ranks, "loop", small, "deadline=" + DEADLINE_MILLIS)) {
      job.awaitLines("is looping");
      Job.pause(delayMillis);
      job.signal(victim, signal);
      return end(job);
    }
  }

  private static Duration end(Job job) {
    Duration taken = job.awaitProcesses(LIMIT);
    assertThat(job.await(LIMIT).requireFailure().output()).doesNotContain("WRONG");
    return taken;
  }
}
