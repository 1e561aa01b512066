// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import java.util.Arrays;
import java.util.List;

/** The value in the middle. */
final class Median {
  private Median() {}

  /** Of at least one value; between two in the middle, their mean. */
  static double of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Likewise. */
  static double of(List<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
