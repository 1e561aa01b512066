// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code y = x Wᵀ}. */
final class Linear {
  private Linear() {}

  static void forward(Tensor x, Tensor weight, Tensor y) {
    assign(y, () -> product(x, weight.transpose(0, 1)));
  }

  static void forwardResidual(Tensor x, Tensor weight, Tensor residual, Tensor y) {
    assign(y, () -> read(residual).add(product(x, weight.transpose(0, 1))));
  }

  static void inputGradient(Tensor dy, Tensor weight, double scale, Tensor dx) {
    assign(dx, () -> product(dy, weight).mul(scale));
  }

  static void add(Tensor x, Tensor weight, double scale, Tensor y) {
    assign(y, true, () -> product(x, weight.transpose(0, 1)).mul(scale));
  }

  static void addInputGradient(Tensor dy, Tensor weight, double scale, Tensor dx) {
    assign(dx, true, () -> product(dy, weight).mul(scale));
  }

  static void weightGradient(
      Tensor dy, Tensor x, double scale, Tensor dWeight, boolean accumulate) {
    assign(dWeight, accumulate, () -> product(dy.transpose(0, 1), x).mul(scale));
  }

  private static INDArray product(Tensor a, Tensor b) {
    // A sum over nothing is zero; ND4J refuses empty factors.
    return a.size(1) == 0 ? Values.zeros(a.size(0), b.size(1)) : read(a).mmul(read(b));
  }
}
