// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A curve as a drawing (SVG) that needs nothing else: the means as a line, what lies between
 * smallest and largest value as a band, single values as dots.
 *
 * @param title what is drawn
 * @param curve over steps
 * @param dots likewise, of values that few steps have
 */
record Chart(String title, Curve curve, Curve dots) {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 260;
  private static final int LEFT = 62;
  private static final int RIGHT = 16;
  private static final int TOP = 34;
  private static final int BOTTOM = 34;

  /** Dots that are seen where a line would have no length. */
  private static final int FEW = 3;

  /** Where values and steps are drawn. */
  private record Plane(Scale steps, Scale values) {
    static Plane of(List<Curve.Point> points) {
      double first = (double) points.stream().mapToLong(Curve.Point::step).min().orElse(0);
      double last = (double) points.stream().mapToLong(Curve.Point::step).max().orElse(1);
      double low = points.stream().mapToDouble(Curve.Point::min).min().orElse(0);
      double high = points.stream().mapToDouble(Curve.Point::max).max().orElse(1);
      Scale steps = new Scale.Linear(first, last > first ? last : first + 1);
      return new Plane(steps, Scale.of(low, high));
    }

    double x(double step) {
      return LEFT + steps.place(step) * (WIDTH - LEFT - RIGHT);
    }

    double y(double value) {
      return HEIGHT - BOTTOM - values.place(value) * (HEIGHT - TOP - BOTTOM);
    }

    String at(double step, double value) {
      return String.format(Locale.ROOT, "%.1f,%.1f", x(step), y(value));
    }
  }

  /** The drawing; says so where there is nothing to draw. */
  String svg() {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
            WIDTH,
            HEIGHT,
            Html.escape(title)));
    out.append(text("title", LEFT, 18, "start", title));
    List<Curve.Point> all = Stream.concat(curve.points().stream(), dots.points().stream()).toList();
    if (all.isEmpty()) {
      out.append(text("tick", WIDTH / 2.0, HEIGHT / 2.0, "middle", "no values"));
    } else {
      draw(out, Plane.of(all));
    }
    return out.append("</svg>\n").toString();
  }

  private void draw(StringBuilder out, Plane plane) {
    for (double tick : plane.values().ticks()) {
      double y = plane.y(tick);
      out.append(line("grid", LEFT, y, WIDTH - RIGHT, y));
      out.append(text("tick", LEFT - 6, y + 4, "end", Scale.label(tick)));
    }
    for (double tick : plane.steps().ticks()) {
      if (tick == Math.rint(tick)) {
        double x = plane.x(tick);
        out.append(line("grid", x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 4));
        out.append(text("tick", x, HEIGHT - BOTTOM + 18, "middle", Scale.label(tick)));
      }
    }
    List<Curve.Point> points = curve.points();
    if (points.stream().anyMatch(p -> p.count() > 1)) {
      out.append("<polygon class=\"band\" points=\"").append(band(plane, points)).append("\"/>\n");
    }
    String means =
        points.stream()
            .map(p -> plane.at((double) p.step(), p.mean()))
            .collect(Collectors.joining(" "));
    out.append("<polyline class=\"line\" points=\"").append(means).append("\"/>\n");
    if (points.size() <= FEW) {
      points.forEach(p -> out.append(dot("line-dot", plane, p)));
    }
    dots.points().forEach(p -> out.append(dot("dot", plane, p)));
  }

  private static String band(Plane plane, List<Curve.Point> points) {
    StringBuilder out = new StringBuilder();
    points.forEach(p -> out.append(plane.at((double) p.step(), p.max())).append(' '));
    for (int i = points.size() - 1; i >= 0; i--) {
      out.append(plane.at((double) points.get(i).step(), points.get(i).min())).append(' ');
    }
    return out.toString().strip();
  }

  private static String dot(String style, Plane plane, Curve.Point point) {
    return String.format(
        Locale.ROOT,
        "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>step %d: %s</title></circle>\n",
        style,
        plane.x((double) point.step()),
        plane.y(point.mean()),
        point.step(),
        Scale.label(point.mean()));
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return String.format(
        Locale.ROOT,
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
        style,
        x1,
        y1,
        x2,
        y2);
  }

  private static String text(String style, double x, double y, String anchor, String text) {
    return String.format(
        Locale.ROOT,
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
        style,
        x,
        y,
        anchor,
        Html.escape(text));
  }
}
