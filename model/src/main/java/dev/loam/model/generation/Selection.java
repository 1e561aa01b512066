// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

/** Finds an element by its rank without sorting all (Hoare 1961). */
final class Selection {
  private Selection() {}

  /**
   * The k-th largest of the first elements, which are brought into another order.
   *
   * @param k from 1 to {@code count}
   */
  static float largest(float[] values, int count, int k) {
    int from = 0;
    int to = count;
    int wanted = k;
    while (true) {
      float pivot = median(values[from], values[(from + to) >>> 1], values[to - 1]);
      // Three parts: larger, equal, smaller.
      int larger = from;
      int smaller = to;
      for (int i = from; i < smaller; ) {
        if (values[i] > pivot) {
          swap(values, i++, larger++);
        } else if (values[i] < pivot) {
          swap(values, i, --smaller);
        } else {
          i++;
        }
      }
      if (wanted <= larger - from) {
        to = larger;
      } else if (wanted <= smaller - from) {
        return pivot;
      } else {
        wanted -= smaller - from;
        from = smaller;
      }
    }
  }

  private static float median(float a, float b, float c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private static void swap(float[] values, int i, int j) {
    float value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
}
