// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

/** Sums that come out as numpy's do, to the last bit. */
public final class NumpyMath {
  private static final int LANES = 8;
  private static final int BLOCK = 128;

  private NumpyMath() {}

  /** Values divided by their sum. */
  public static double[] normalise(double[] values) {
    double sum = sum(values, 0, values.length);
    double[] normalised = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      normalised[i] = values[i] / sum;
    }
    return normalised;
  }

  /** {@code numpy.sum} of the values from {@code from} on: pairwise, in blocks. */
  static double sum(double[] values, int from, int count) {
    if (count > BLOCK) {
      int half = count / 2;
      half -= half % LANES;
      return sum(values, from, half) + sum(values, from + half, count - half);
    }
    if (count < LANES) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += values[from + i];
      }
      return sum;
    }
    double[] lane = new double[LANES];
    int whole = count - count % LANES;
    for (int i = 0; i < whole; i++) {
      lane[i % LANES] += values[from + i];
    }
    double sum =
        ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
    for (int i = whole; i < count; i++) {
      sum += values[from + i];
    }
    return sum;
  }
}
