// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@code y = silu(gate) · up} with {@code silu(g) = g · σ(g)}. */
final class SwiGlu {
  private SwiGlu() {}

  static void forward(Tensor gateUp, Tensor y) {
    assign(y, () -> silu(read(gate(gateUp))).mul(read(up(gateUp))));
  }

  /** {@code silu'(g) = σ(g) · (1 + g · (1 − σ(g)))}. */
  static void inputGradient(Tensor dy, Tensor gateUp, Tensor dGateUp) {
    assign(
        gate(dGateUp),
        () -> {
          INDArray g = read(gate(gateUp));
          INDArray sigmoid = Transforms.sigmoid(g);
          INDArray slope = sigmoid.mul(g.mul(sigmoid.rsub(1)).add(1));
          return read(dy).mul(read(up(gateUp))).mul(slope);
        });
    assign(up(dGateUp), () -> read(dy).mul(silu(read(gate(gateUp)))));
  }

  private static INDArray silu(INDArray g) {
    return g.mul(Transforms.sigmoid(g));
  }

  private static Tensor gate(Tensor gateUp) {
    return gateUp.narrow(1, 0, gateUp.size(1) / 2);
  }

  private static Tensor up(Tensor gateUp) {
    return gateUp.narrow(1, gateUp.size(1) / 2, gateUp.size(1) / 2);
  }
}
