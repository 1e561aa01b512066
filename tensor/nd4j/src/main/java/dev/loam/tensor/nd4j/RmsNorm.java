// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** {@code y = x · r · w} with {@code r = 1 / sqrt(mean(x²) + eps)}, over the last dimension. */
final class RmsNorm {
  private RmsNorm() {}

  static void forward(Tensor x, Tensor weight, double eps, Tensor y, Tensor factor) {
    assign(
        factor,
        () -> {
          INDArray rows = rows(x);
          return Transforms.sqrt(rows.mul(rows).mean(true, 1).add(eps)).rdiv(1);
        });
    assign(y, () -> normalized(x, factor).mulRowVector(read(weight)));
  }

  /** {@code dx = r · (w·dy − n · mean(n · w·dy))} with {@code n = x · r}. */
  static void inputGradient(
      Tensor dy, Tensor x, Tensor weight, Tensor factor, Tensor dx, boolean accumulate) {
    assign(
        dx,
        accumulate,
        () -> {
          INDArray n = normalized(x, factor);
          INDArray dn = rows(dy).mulRowVector(read(weight));
          INDArray mean = n.mul(dn).mean(true, 1);
          return dn.sub(n.mulColumnVector(mean)).mulColumnVector(column(factor));
        });
  }

  /** {@code dw = Σ dy · n} over all rows. */
  static void weightGradient(
      Tensor dy, Tensor x, Tensor factor, Tensor dWeight, boolean accumulate) {
    assign(
        dWeight,
        accumulate,
        () ->
            x.elements() == 0
                ? Values.zeros(dWeight.size(0))
                : rows(dy).mul(normalized(x, factor)).sum(true, 0));
  }

  private static INDArray normalized(Tensor x, Tensor factor) {
    return rows(x).mulColumnVector(column(factor));
  }

  private static INDArray rows(Tensor x) {
    return read(x).reshape('c', x.elements() / x.size(-1), x.size(-1));
  }

  private static INDArray column(Tensor factor) {
    return read(factor).reshape('c', factor.elements(), 1);
  }
}
