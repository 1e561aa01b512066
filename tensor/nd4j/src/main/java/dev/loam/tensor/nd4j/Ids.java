// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.Tensor;

/** Token ids, labels and positions: rows of a table. */
final class Ids {
  /** A label that is in another slice. */
  static final int NONE = -1;

  private Ids() {}

  /** Reads ids, all of which must be below a limit. */
  static int[] read(String kernel, String name, Tensor ids, long limit) {
    return read(kernel, name, ids, 0, limit);
  }

  /** Reads ids, all of which must be below a limit or {@link #NONE}. */
  static int[] readOrNone(String kernel, String name, Tensor ids, long limit) {
    return read(kernel, name, ids, NONE, limit);
  }

  private static int[] read(String kernel, String name, Tensor ids, long first, long limit) {
    double[] values = ids.toDoubles();
    int[] rows = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      if (values[i] < first || values[i] >= limit) {
        throw new IllegalArgumentException(
            "%s: %s[%d] is %d, not in [%d, %d)"
                .formatted(kernel, name, i, (long) values[i], first, limit));
      }
      rows[i] = (int) values[i];
    }
    return rows;
  }
}
