// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import dev.loam.train.crash.KillPoint.Moment;
import java.util.List;
import java.util.Optional;

/**
 * When a process is to be killed.
 *
 * @param line a process is killed after it has said this
 * @param nanos so long after
 * @param point where the process stands still meanwhile, if it does
 * @param occurrence at which passing of the point
 */
record Kill(String line, long nanos, Optional<KillPoint> point, int occurrence) {
  /** Not at all. */
  static final Kill NEVER = new Kill("", 0, Optional.empty(), 0);

  /** Some time after a line. */
  static Kill after(String line, long nanos) {
    return new Kill(line, nanos, Optional.empty(), 0);
  }

  /** At a point. */
  static Kill at(KillPoint point, int occurrence) {
    return new Kill("AT " + point, 0, Optional.of(point), occurrence);
  }

  /** What the process has to know. */
  List<String> arguments() {
    KillPoint at = point.orElse(new KillPoint(Moment.BEFORE, ""));
    return List.of(at.moment().name(), at.operation(), Integer.toString(occurrence));
  }

  @Override
  public String toString() {
    return line.isEmpty()
        ? "no kill"
        : line + (point.isPresent() ? ", time " + occurrence : " + " + nanos / 1000 + " µs");
  }
}
