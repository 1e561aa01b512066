// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.util.ArrayList;
import java.util.List;

/**
 * A curve over the steps of a run of any length in bounded memory: neighbouring steps are drawn
 * together once there are more than a drawing can show. Values that are not finite are left out.
 */
final class Curve {
  private final int mostPoints;
  private final List<Point> points = new ArrayList<>();
  private long stepsOfPoint = 1;

  /**
   * One or several steps.
   *
   * @param step the first
   * @param count finite values
   */
  record Point(long step, long count, double min, double max, double sum) {
    double mean() {
      return sum / count;
    }

    Point and(Point other) {
      return new Point(
          step,
          count + other.count,
          Math.min(min, other.min),
          Math.max(max, other.max),
          sum + other.sum);
    }
  }

  /**
   * An empty curve.
   *
   * @param mostPoints at least 2
   */
  Curve(int mostPoints) {
    this.mostPoints = mostPoints;
  }

  /** Adds the value of a step; steps ascend. */
  void add(long step, double value) {
    if (!Double.isFinite(value)) {
      return;
    }
    append(points, new Point(step, 1, value, value, value));
    while (points.size() > mostPoints) {
      stepsOfPoint *= 2;
      List<Point> all = List.copyOf(points);
      points.clear();
      all.forEach(point -> append(points, point));
    }
  }

  private void append(List<Point> to, Point point) {
    int last = to.size() - 1;
    if (last >= 0 && slot(to.get(last)) == slot(point)) {
      to.set(last, to.get(last).and(point));
    } else {
      to.add(point);
    }
  }

  private long slot(Point point) {
    return point.step() / stepsOfPoint;
  }

  /** What is drawn, in the order of the steps. */
  List<Point> points() {
    return List.copyOf(points);
  }

  boolean isEmpty() {
    return points.isEmpty();
  }
}
