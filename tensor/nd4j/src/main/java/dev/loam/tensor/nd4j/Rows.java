// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.Tensor;

/** Rows of a table, such as an embedding. */
final class Rows {
  private Rows() {}

  static void gather(Tensor table, Tensor ids, Tensor y) {
    int[] rows = Ids.read("gatherRows", "ids", ids, table.size(0));
    for (int t = 0; t < rows.length; t++) {
      Tensor row = table.rows(rows[t], 1);
      assign(y.rows(t, 1), () -> read(row));
    }
  }

  static void gatherGradient(Tensor dy, Tensor ids, Tensor dTable, boolean accumulate) {
    int[] rows = Ids.read("gatherRowsGradient", "ids", ids, dTable.size(0));
    if (!accumulate) {
      assign(dTable, () -> Values.zeros(dTable.shape().toArray()));
    }
    for (int t = 0; t < rows.length; t++) {
      Tensor dRow = dy.rows(t, 1);
      assign(dTable.rows(rows[t], 1), true, () -> read(dRow));
    }
  }
}
