// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Partition;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;

/**
 * The summed cross entropy of chunks of logits and its gradient. When tensor-parallel ranks have a
 * run of the vocabulary each, two numbers a row go between them: the log-sum-exp of the row's
 * slice, and the logit of the target where the slice has it.
 */
final class CrossEntropy {
  private static final String WHAT = "log-sum-exp of the logits";

  private final Kernels kernels;
  private final TensorParallel ranks;
  private final long firstRow;
  private final long vocabulary;
  private final Tensor targetsC;
  private final Tensor lossSum;
  private final Tensor statistics;
  private final Tensor factorC;
  private double sliceLoss;

  /**
   * A loss.
   *
   * @param firstRow the token id of the slice's first logit
   * @param vocabulary the logits of the slice
   */
  CrossEntropy(
      Kernels kernels,
      Arena arena,
      TensorParallel ranks,
      long firstRow,
      long vocabulary,
      int chunkRows) {
    this.kernels = kernels;
    this.ranks = ranks;
    this.firstRow = firstRow;
    this.vocabulary = vocabulary;
    targetsC = arena.allocate(DType.I64, chunkRows);
    lossSum = arena.allocate(DType.F64, 1);
    statistics = arena.allocate(DType.F64, 2L * chunkRows * ranks.size());
    factorC = arena.allocate(DType.F64, chunkRows);
  }

  /** Starts a sum. */
  void begin() {
    kernels.fill(lossSum, 0);
    sliceLoss = 0;
  }

  /** Adds a chunk's loss; its logits become the gradient. */
  void lossAndGradient(Tensor logitsCV, long[] targets) {
    Tensor local = targetsC.rows(0, targets.length);
    if (ranks.isAlone()) {
      kernels.crossEntropy(logitsCV, local.set(targets), lossSum);
    } else {
      slice(logitsCV, targets, local);
    }
  }

  private void slice(Tensor logitsCV, long[] targets, Tensor local) {
    int rows = targets.length;
    long[] own = new long[rows];
    for (int c = 0; c < rows; c++) {
      long row = targets[c] - firstRow;
      own[c] = row >= 0 && row < vocabulary ? row : -1;
    }
    local.set(own);
    Tensor all = statistics.rows(0, 2L * rows * ranks.size());
    Tensor mine = all.rows(2L * rows * ranks.rank(), 2L * rows);
    kernels.crossEntropySlice(logitsCV, local, mine.rows(0, rows), mine.rows(rows, rows));
    ranks.group().allGather(all, Partition.even(all.elements(), ranks.size()), WHAT).await();
    Tensor factor = factorC.rows(0, rows);
    factor.set(combine(all.toDoubles(), rows));
    kernels.crossEntropySliceGradient(logitsCV, local, factor);
  }

  /** Adds the loss; gives the share that this rank's slice has in each row's softmax. */
  private double[] combine(double[] statistics, int rows) {
    double[] factors = new double[rows];
    for (int c = 0; c < rows; c++) {
      double top = Double.NEGATIVE_INFINITY;
      double target = 0;
      for (int rank = 0; rank < ranks.size(); rank++) {
        top = Math.max(top, statistics[2 * rows * rank + c]);
        target += statistics[2 * rows * rank + rows + c];
      }
      double sum = 0;
      for (int rank = 0; rank < ranks.size(); rank++) {
        sum += Math.exp(statistics[2 * rows * rank + c] - top);
      }
      double logSumExp = top + Math.log(sum);
      factors[c] = Math.exp(statistics[2 * rows * ranks.rank() + c] - logSumExp);
      sliceLoss += logSumExp - target;
    }
    return factors;
  }

  /** The sum of all losses since {@link #begin}, the same on all ranks. */
  double loss() {
    return ranks.isAlone() ? lossSum.toDoubles()[0] : sliceLoss;
  }
}
