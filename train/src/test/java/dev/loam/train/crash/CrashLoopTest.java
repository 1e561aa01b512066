// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.testkit.TestData;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings that are saved after every step are killed and started again until they end, with as
 * many kills in all as {@code loam.crash.kills} says (a system property). What was acknowledged is
 * never lost, and the model at the end is, to the bit, that of a run that was not killed.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no signal that kills")
class CrashLoopTest {
  private static final int SAMPLE = 15;

  /** Enough to be killed everywhere. */
  private static final int ALL = 500;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  @Test
  void killedTrainingsLoseNothing(TestReporter reporter) throws Exception {
    int kills = Integer.getInteger("loam.crash.kills", TestData.full() ? ALL : SAMPLE);
    CrashLoop loop =
        new CrashLoop(
            folder, kills, kills >= ALL, line -> reporter.publishEntry("crash loop", line));
    loop.run();
    assertThat(loop.kills()).isGreaterThanOrEqualTo(kills);
    if (kills >= ALL) {
      assertThat(loop.unvisited()).as("points at which no training was killed").isEmpty();
    }
  }
}
