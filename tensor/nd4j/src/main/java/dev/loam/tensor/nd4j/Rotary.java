// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rotates each pair {@code (x[d], x[d + D/2])} by the angle of its token's position. */
final class Rotary {
  private Rotary() {}

  static void forward(Tensor x, Tensor cos, Tensor sin, Tensor positions, Tensor y) {
    rotate(x, cos, sin, 1, Ids.read("rotary", "positions", positions, cos.size(0)), y);
  }

  static void inputGradient(Tensor dy, Tensor cos, Tensor sin, Tensor positions, Tensor dx) {
    int[] rows = Ids.read("rotaryInputGradient", "positions", positions, cos.size(0));
    rotate(dy, cos, sin, -1, rows, dx);
  }

  private static void rotate(
      Tensor x, Tensor cos, Tensor sin, int direction, int[] positions, Tensor y) {
    long half = x.size(2) / 2;
    Tensor first = x.narrow(2, 0, half);
    Tensor second = x.narrow(2, half, half);
    assign(
        y.narrow(2, 0, half),
        () -> {
          INDArray c = ofTokens(cos, positions);
          INDArray s = ofTokens(sin, positions).mul(direction);
          return read(first).mul(c).sub(read(second).mul(s));
        });
    assign(
        y.narrow(2, half, half),
        () -> {
          INDArray c = ofTokens(cos, positions);
          INDArray s = ofTokens(sin, positions).mul(direction);
          return read(second).mul(c).add(read(first).mul(s));
        });
  }

  /** The table's row of each token, alike for all heads: [T, 1, E]. */
  private static INDArray ofTokens(Tensor table, int[] positions) {
    int size = Math.toIntExact(table.size(1));
    double[] rows = new double[positions.length * size];
    for (int t = 0; t < positions.length; t++) {
      System.arraycopy(table.rows(positions[t], 1).toDoubles(), 0, rows, t * size, size);
    }
    return Nd4j.create(rows, new long[] {positions.length, 1, size}, 'c');
  }
}
