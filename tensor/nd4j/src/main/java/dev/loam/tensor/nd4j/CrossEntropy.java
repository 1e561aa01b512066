// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;
import static dev.loam.tensor.nd4j.Values.withTemporaries;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The loss {@code Σ −log softmax[target]} and its gradient {@code softmax − onehot}. */
final class CrossEntropy {
  private CrossEntropy() {}

  static void lossAndGradient(Tensor logits, Tensor targets, Tensor lossSum) {
    int[] labels = Ids.read("crossEntropy", "targets", targets, logits.size(1));
    if (labels.length == 0) {
      return;
    }
    double loss =
        withTemporaries(
            () -> {
              INDArray logSoftmax = logSoftmax(logits);
              double sum = 0;
              for (int row = 0; row < labels.length; row++) {
                sum -= logSoftmax.getDouble(row, labels[row]);
              }
              return sum;
            });
    assign(
        logits,
        () -> {
          INDArray gradient = Transforms.exp(logSoftmax(logits));
          for (int row = 0; row < labels.length; row++) {
            gradient.putScalar(row, labels[row], gradient.getDouble(row, labels[row]) - 1);
          }
          return gradient;
        });
    lossSum.set(lossSum.toDoubles()[0] + loss);
  }

  /** {@code x − max − log Σ exp(x − max)} by rows, which no large logit overflows. */
  private static INDArray logSoftmax(Tensor logits) {
    INDArray x = read(logits);
    INDArray shifted = x.subColumnVector(x.max(true, 1));
    return shifted.subColumnVector(Transforms.log(Transforms.exp(shifted).sum(true, 1)));
  }
}
