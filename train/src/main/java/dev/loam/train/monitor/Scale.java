// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How an axis maps values to places between 0 and 1, and where it is labelled. */
sealed interface Scale {
  /** The place of a value, 0 at the lower end. */
  double place(double value);

  /** The values that are labelled, ascending. */
  List<Double> ticks();

  /** Values are spread evenly. */
  record Linear(double low, double high) implements Scale {
    private static final int ABOUT = 5;

    @Override
    public double place(double value) {
      return (value - low) / (high - low);
    }

    /** Multiples of 1, 2 or 5 times a power of ten. */
    @Override
    public List<Double> ticks() {
      double rough = (high - low) / ABOUT;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double unit = power * (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : 5);
      if (rough / power >= 7.5) {
        unit = 10 * power;
      }
      List<Double> ticks = new ArrayList<>();
      for (long i = (long) Math.ceil(low / unit - 1e-9); i * unit <= high + 1e-9 * unit; i++) {
        ticks.add(i * unit);
      }
      return ticks;
    }
  }

  /** Ratios are spread evenly; both ends are positive. */
  record Logarithmic(double low, double high) implements Scale {
    private static final double[] FEW = {1};
    private static final double[] MANY = {1, 2, 5};
    private static final double MANY_UP_TO = 1.5;

    @Override
    public double place(double value) {
      return Math.log(value / low) / Math.log(high / low);
    }

    /** Powers of ten, with 2 and 5 times them where there are few, not all where there are many. */
    @Override
    public List<Double> ticks() {
      double decades = Math.log10(high / low);
      double[] steps = decades > 2 * MANY_UP_TO ? FEW : MANY;
      int every = (int) Math.max(1, Math.round(decades / 6));
      List<Double> ticks = new ArrayList<>();
      for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
        for (double step : steps) {
          double tick = step * Math.pow(10, power);
          if (power % every == 0 && tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) {
            ticks.add(tick);
          }
        }
      }
      return ticks;
    }
  }

  /**
   * The scale that shows values between two well: logarithmic where all are positive and far apart.
   */
  static Scale of(double min, double max) {
    if (min > 0 && max / min > 30) {
      return new Logarithmic(min, max);
    }
    double margin = max > min ? 0.04 * (max - min) : Math.max(Math.abs(max), 1e-12) * 0.5;
    double low = min >= 0 && min - margin < 0 ? 0 : min - margin;
    return new Linear(low, max + margin);
  }

  /** A short label: {@code 0.001}, {@code 12,000}, {@code 8e-04}. */
  static String label(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    } else if (size < 1e-3 || size >= 1e7) {
      return String.format(Locale.ROOT, "%.2e", value)
          .replaceAll("(\\.[0-9]*?)0+e", "$1e")
          .replace(".e", "e");
    } else if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
