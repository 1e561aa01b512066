// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;
import static dev.loam.tensor.nd4j.Values.withTemporaries;
import static dev.loam.tensor.nd4j.Values.write;

import dev.loam.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * One attention head over one document: {@code out = P v}, {@code P = softmax(scale · q kᵀ)}. The
 * queries are the last tokens of the document, which the keys and values hold whole.
 *
 * @param q queries [L, D]
 * @param k keys [S, D]
 * @param v values [S, D]
 * @param scale what scores are multiplied by
 */
record Head(Tensor q, Tensor k, Tensor v, double scale) {

  void forward(Tensor out, Tensor lse) {
    assign(lse, () -> logSumExp(scores()));
    assign(out, () -> probabilities(read(lse)).mmul(read(v)));
  }

  /** The output of the document's last token alone. */
  void lastToken(Tensor out) {
    assign(out, () -> probabilities(logSumExp(scores())).mmul(read(v)));
  }

  /**
   * {@code dv = Pᵀ dOut}; {@code dS = scale · P · (dOut vᵀ − rowsum(dOut · out))}; {@code dq = dS
   * k}; {@code dk = dSᵀ q}.
   *
   * @param accumulate whether to add to dk and dv, which the heads of a group share
   */
  void gradient(
      Tensor dOut, Tensor out, Tensor lse, Tensor dq, Tensor dk, Tensor dv, boolean accumulate) {
    if (q.elements() == 0) {
      return;
    }
    withTemporaries(
        () -> {
          INDArray p = probabilities(read(lse));
          INDArray dP = read(dOut).mmul(read(v.transpose(0, 1)));
          INDArray rowSums = read(dOut).mul(read(out)).sum(true, 1);
          INDArray dS = p.mul(dP.subColumnVector(rowSums)).mul(scale);
          write(dv, accumulate, p.transpose().mmul(read(dOut)));
          write(dq, false, dS.mmul(read(k)));
          return write(dk, accumulate, dS.transpose().mmul(read(q)));
        });
  }

  private INDArray probabilities(INDArray lse) {
    return Transforms.exp(scores().subColumnVector(lse.reshape('c', q.size(0), 1)));
  }

  private INDArray scores() {
    INDArray scores = read(q).mmul(read(k.transpose(0, 1))).mul(scale);
    return scores.add(mask(Math.toIntExact(q.size(0)), Math.toIntExact(k.size(0))));
  }

  /** 0 where a token may attend, minus infinity at tokens after it. */
  private static INDArray mask(int queries, int keys) {
    double[][] mask = new double[queries][keys];
    for (int i = 0; i < queries; i++) {
      for (int j = keys - queries + i + 1; j < keys; j++) {
        mask[i][j] = Double.NEGATIVE_INFINITY;
      }
    }
    return Nd4j.create(mask);
  }

  /** {@code log Σ exp} of each row, as a column. */
  private static INDArray logSumExp(INDArray scores) {
    INDArray max = scores.max(true, 1);
    INDArray sum = Transforms.exp(scores.subColumnVector(max)).sum(true, 1);
    return Transforms.log(sum).add(max);
  }
}
