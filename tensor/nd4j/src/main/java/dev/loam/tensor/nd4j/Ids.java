// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.Tensor;

/** Token ids, labels and positions: rows of a table. */
final class Ids {
  private Ids() {}

  /** Reads ids, all of which must be below a limit. */
  static int[] read(String kernel, String name, Tensor ids, long limit) {
    double[] values = ids.toDoubles();
    int[] rows = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      if (values[i] < 0 || values[i] >= limit) {
        throw new IllegalArgumentException(
            "%s: %s[%d] is %d, not in [0, %d)".formatted(kernel, name, i, (long) values[i], limit));
      }
      rows[i] = (int) values[i];
    }
    return rows;
  }
}
