// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Chooses when trainings of one kind are killed, for each life anew. */
final class KillPlan {
  /** Steps that a life may get further before it is killed, so that one run can be killed often. */
  private static final int STEPS_OF_A_LIFE = 3;

  private final RandomGenerator random;
  private final KillPoints points;
  private final Life model;

  /**
   * A plan.
   *
   * @param points that are to be visited, which it shares with other plans
   * @param model a life without a kill, for how long what takes
   */
  KillPlan(RandomGenerator random, KillPoints points, Life model) {
    this.random = random;
    this.points = points;
    this.model = model;
    points.add(model, Optional.empty());
  }

  KillPoints points() {
    return points;
  }

  /**
   * The next kill.
   *
   * @param saved the step that the next life goes on from
   * @param before where the last one was killed, if at a point
   * @param onlyPoints whether moments are not chosen at random any more
   */
  Kill next(long saved, Optional<KillPoint> before, boolean onlyPoints) {
    Optional<KillPoint> following = before.flatMap(this::following);
    if (following.isPresent()) {
      return at(following.get(), saved);
    }
    int choice = onlyPoints ? 7 : random.nextInt(8);
    if (choice == 0) {
      return Kill.after("UP", random.nextLong(model.nanosBetween("UP", "BEGUN")));
    }
    if (choice <= 3) {
      return atRandom(saved);
    }
    List<KillPoint> unvisited = points.unvisited();
    return towards(any(unvisited.isEmpty() ? points.all() : unvisited), saved);
  }

  /**
   * A kill at a point, or one that lets the next start pass it. Where no such kill is known it may
   * have been any, even at a moment of no point.
   */
  private Kill towards(KillPoint point, long saved) {
    if (!KillPoints.isAtStart(point.operation())) {
      return at(point, saved);
    }
    List<KillPoint> causes = points.before(point);
    if (!causes.isEmpty() && random.nextInt(4) > 0) {
      return at(any(causes), saved);
    }
    return switch (random.nextInt(3)) {
      case 0 -> at(point, saved);
      case 1 -> at(any(points.all()), saved);
      default -> atRandom(saved);
    };
  }

  /** A point that the start after a kill is seen to pass: a new one, or sometimes any. */
  private Optional<KillPoint> following(KillPoint cause) {
    List<KillPoint> after = points.after(cause);
    List<KillPoint> unvisited = points.unvisited();
    List<KillPoint> fresh = after.stream().filter(unvisited::contains).toList();
    if (!fresh.isEmpty()) {
      return Optional.of(any(fresh));
    }
    return after.isEmpty() || random.nextInt(4) > 0 ? Optional.empty() : Optional.of(any(after));
  }

  /** Any moment between the end of one of the next steps and that of the one after it. */
  private Kill atRandom(long saved) {
    long step = saved + random.nextInt(STEPS_OF_A_LIFE);
    if (step >= Scenario.STEPS) {
      long end = model.nanos() - model.nanosOf("STEP " + Scenario.STEPS);
      String last = saved == Scenario.STEPS ? "BEGUN" : "STEP " + Scenario.STEPS;
      return Kill.after(last, random.nextLong(end));
    }
    long step1 = model.nanosBetween("BEGUN", "STEP " + Scenario.STEPS) / Scenario.STEPS;
    return Kill.after(step == saved ? "BEGUN" : "STEP " + step, random.nextLong(step1));
  }

  private Kill at(KillPoint point, long saved) {
    long steps = Math.max(1, Math.min(STEPS_OF_A_LIFE, Scenario.STEPS - saved));
    long times = model.times(point.operation()) * steps / Scenario.STEPS;
    return Kill.at(point, 1 + random.nextInt(Math.max(1, (int) times)));
  }

  private KillPoint any(List<KillPoint> choice) {
    return choice.get(random.nextInt(choice.size()));
  }
}
