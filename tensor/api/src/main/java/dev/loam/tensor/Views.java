// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.Arrays;

/** Computes the strides of reshaped views. */
final class Views {
  private Views() {}

  /**
   * The strides under which {@code wanted} covers the same elements in the same order, found by
   * walking both shapes from the last dimension and matching runs of dimensions that lie back to
   * back.
   */
  static long[] strides(Shape shape, long[] strides, Shape wanted) {
    if (shape.elements() != wanted.elements()) {
      throw new IllegalArgumentException("cannot view " + shape + " as " + wanted);
    }
    if (shape.elements() == 0) {
      return wanted.contiguousStrides();
    }
    long[] result = new long[wanted.rank()];
    Arrays.fill(result, 1);
    int w = wanted.rank() - 1;
    long base = shape.rank() == 0 ? 1 : strides[shape.rank() - 1];
    long run = 1;
    long viewed = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      run *= shape.size(d);
      if (d > 0 && (shape.size(d - 1) == 1 || strides[d - 1] == run * base)) {
        continue;
      }
      while (w >= 0 && (viewed < run || wanted.size(w) == 1)) {
        result[w] = viewed * base;
        viewed *= wanted.size(w);
        w--;
      }
      if (viewed != run) {
        throw new IllegalArgumentException(
            "cannot view "
                + shape
                + " with strides "
                + Arrays.toString(strides)
                + " as "
                + wanted
                + " without copying");
      }
      if (d > 0) {
        base = strides[d - 1];
        run = 1;
        viewed = 1;
      }
    }
    return result;
  }
}
