// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

/** The shortest time of several runs, after one that does not count. */
final class Best {
  private static final double NANOS = 1e9;

  private Best() {}

  /** Of as many runs as take so long together, within these bounds. */
  static double seconds(int fewest, int most, double enoughSeconds, Runnable work) {
    work.run();
    double best = Double.POSITIVE_INFINITY;
    double all = 0;
    for (int i = 0; i < fewest || (i < most && all < enoughSeconds); i++) {
      long start = System.nanoTime();
      work.run();
      double seconds = (System.nanoTime() - start) / NANOS;
      all += seconds;
      best = Math.min(best, seconds);
    }
    return best;
  }
}
