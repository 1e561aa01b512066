// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Cross entropy over one rank's slice of a vocabulary. */
final class CrossEntropySlice {
  private CrossEntropySlice() {}

  static void forward(Tensor logits, Tensor targets, Tensor lse, Tensor targetLogit) {
    int[] labels = Ids.readOrNone("crossEntropySlice", "targets", targets, logits.size(1));
    double[] ofTargets = new double[labels.length];
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] != Ids.NONE) {
        ofTargets[row] = logits.rows(row, 1).toDoubles()[labels[row]];
      }
    }
    targetLogit.set(ofTargets);
    assign(lse, () -> logSumExp(read(logits)));
    assign(
        logits,
        () -> {
          INDArray x = read(logits);
          return Transforms.exp(x.subColumnVector(logSumExp(x)));
        });
  }

  static void gradient(Tensor softmax, Tensor targets, Tensor factor) {
    int[] labels = Ids.readOrNone("crossEntropySliceGradient", "targets", targets, softmax.size(1));
    assign(
        softmax,
        () -> {
          INDArray column = read(factor).reshape('c', factor.size(0), 1);
          INDArray gradient = read(softmax).mulColumnVector(column);
          for (int row = 0; row < labels.length; row++) {
            if (labels[row] != Ids.NONE) {
              gradient.putScalar(row, labels[row], gradient.getDouble(row, labels[row]) - 1);
            }
          }
          return gradient;
        });
  }

  /** {@code log Σ exp} of each row, as a column. */
  private static INDArray logSumExp(INDArray x) {
    INDArray max = x.max(true, 1);
    return Transforms.log(Transforms.exp(x.subColumnVector(max)).sum(true, 1)).add(max);
  }
}
