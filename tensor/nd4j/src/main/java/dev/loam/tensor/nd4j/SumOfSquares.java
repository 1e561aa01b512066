// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.read;
import static dev.loam.tensor.nd4j.Values.withTemporaries;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code Σ x²} of each block of each tensor. */
final class SumOfSquares {
  private SumOfSquares() {}

  static void ofBlocks(List<Tensor> tensors, Tensor blocks) {
    double[] sums = new double[Math.toIntExact(blocks.elements())];
    int block = 0;
    for (Tensor tensor : tensors) {
      Tensor flat = tensor.view(tensor.elements());
      for (long at = 0; at < flat.elements(); at += Kernels.SQUARES_BLOCK) {
        long length = Math.min(Kernels.SQUARES_BLOCK, flat.elements() - at);
        sums[block++] = of(flat.rows(at, length));
      }
    }
    blocks.set(sums);
  }

  private static double of(Tensor block) {
    return withTemporaries(
        () -> {
          INDArray x = read(block);
          return x.mul(x).sumNumber().doubleValue();
        });
  }
}
