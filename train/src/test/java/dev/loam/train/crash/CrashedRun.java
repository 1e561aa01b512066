// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * One run that is killed again and again, and checked after each kill and at its end.
 *
 * @param data what it is trained on
 * @param plan when it is killed
 * @param random chooses on how many ranks it goes on
 * @param tally counts what happened
 */
record CrashedRun(
    Scenario scenario, Path data, KillPlan plan, RandomGenerator random, Tally tally) {

  /**
   * Runs in an empty folder.
   *
   * @param kills how often it is killed at most; then it may come to its end
   * @param onlyPoints whether it is killed at points only, as far as it is known how to get there
   * @param reference a run that was not killed
   * @return how often it was killed
   * @throws AssertionError if anything was lost, with all that was done to it
   */
  int run(Path folder, int kills, boolean onlyPoints, OutputCheck reference)
      throws IOException, InterruptedException {
    OutputCheck output = new OutputCheck(Files.createDirectories(folder));
    List<String> history = new ArrayList<>();
    Optional<KillPoint> before = Optional.empty();
    long acknowledged = 0;
    long newest = 0;
    int killed = 0;
    try {
      for (int life = 0; ; life++) {
        Kill kill = life < kills ? plan.next(newest, before, onlyPoints) : Kill.NEVER;
        List<Integer> ranks = scenario.ranks();
        int now = ranks.get(random.nextInt(ranks.size()));
        history.add("from step " + newest + " on " + now + " rank(s): " + kill);
        Life lived = Life.live(scenario.write(folder, data, now), kill);
        plan.points().add(lived, before);
        if (lived.firstStep() > 0) {
          assertThat(lived.firstStep()).as("step after a start").isEqualTo(newest + 1);
        }
        if (life > 0) {
          tally.addStart(lived.nanosOf("BEGUN"));
        }
        if (lived.isDone()) {
          break;
        }
        before = kill.point();
        before.ifPresent(plan.points()::visit);
        tally.addKill(kill);
        killed++;
        acknowledged = Math.max(acknowledged, lived.saved());
        newest = output.afterKill(acknowledged);
      }
      output.afterEnd(reference);
      tally.addRun();
      return killed;
    } catch (AssertionError | RuntimeException | IOException e) {
      throw new AssertionError(scenario + " in " + folder + ", " + history, e);
    }
  }
}
