// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.Weight;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * The language-model head fused with its loss. Rows with a label are gathered, then taken in
 * chunks: logits, loss and both gradients of one chunk, then the next, so that only one chunk of
 * logits exists.
 */
final class LmHead implements LossHead {
  private final Kernels kernels;
  private final Weight weight;
  private final int chunkRows;
  private final Tensor logitsCV;
  private final Tensor hiddenCH;
  private final Tensor dHiddenCH;
  private final Tensor rowsC;
  private final Tensor targetsC;
  private final Tensor lossSum;

  LmHead(ComputeLease lease, Arena arena, Weight weight, int chunkRows) {
    if (chunkRows < 1) {
      throw new IllegalArgumentException(
          "the head works on at least 1 row at once, not " + chunkRows);
    }
    this.kernels = lease.kernels();
    this.weight = weight;
    this.chunkRows = chunkRows;
    DType dtype = lease.computeType();
    long vocabulary = weight.value().size(0);
    long hidden = weight.value().size(1);
    logitsCV = arena.allocate(dtype, chunkRows, vocabulary);
    hiddenCH = arena.allocate(dtype, chunkRows, hidden);
    dHiddenCH = arena.allocate(dtype, chunkRows, hidden);
    rowsC = arena.allocate(DType.I64, chunkRows);
    targetsC = arena.allocate(DType.I64, chunkRows);
    lossSum = arena.allocate(DType.F64, 1);
  }

  @Override
  public void logits(Tensor hiddenTH, Tensor logitsTV) {
    kernels.linear(hiddenTH, weight.value(), logitsTV);
  }

  @Override
  public double loss(Tensor hiddenTH, long[] labels) {
    return chunks(hiddenTH, labels, (rows, hidden, dLogits) -> {});
  }

  @Override
  public double lossAndGradient(
      Tensor hiddenTH, long[] labels, double scale, Tensor dHiddenTH, Gradients gradients) {
    kernels.fill(dHiddenTH, 0);
    double[] sum = new double[1];
    if (weight.trainable()) {
      gradients.contribute(
          weight,
          (dWeight, accumulate) -> {
            boolean[] add = {accumulate};
            sum[0] =
                chunks(
                    hiddenTH,
                    labels,
                    (rows, hidden, dLogits) -> {
                      inputGradient(rows, dLogits, scale, dHiddenTH);
                      kernels.linearWeightGradient(dLogits, hidden, scale, dWeight, add[0]);
                      add[0] = true;
                    });
            if (!add[0]) {
              kernels.fill(dWeight, 0);
            }
          });
    } else {
      sum[0] =
          chunks(
              hiddenTH,
              labels,
              (rows, hidden, dLogits) -> inputGradient(rows, dLogits, scale, dHiddenTH));
    }
    return sum[0];
  }

  private void inputGradient(Tensor rows, Tensor dLogits, double scale, Tensor dHiddenTH) {
    Tensor dHidden = dHiddenCH.rows(0, rows.size(0));
    kernels.linearInputGradient(dLogits, weight.value(), scale, dHidden);
    kernels.gatherRowsGradient(dHidden, rows, dHiddenTH, true);
  }

  private interface Chunk {
    void take(Tensor rows, Tensor hidden, Tensor dLogits);
  }

  private double chunks(Tensor hiddenTH, long[] labels, Chunk each) {
    int[] rows = IntStream.range(0, labels.length).filter(t -> labels[t] != IGNORED).toArray();
    kernels.fill(lossSum, 0);
    for (int start = 0; start < rows.length; start += chunkRows) {
      int count = Math.min(chunkRows, rows.length - start);
      Tensor taken = rowsC.rows(0, count).set(longs(start, count, i -> rows[i]));
      Tensor targets = targetsC.rows(0, count).set(longs(start, count, i -> labels[rows[i]]));
      Tensor hidden = hiddenCH.rows(0, count);
      Tensor logits = logitsCV.rows(0, count);
      kernels.gatherRows(hiddenTH, taken, hidden);
      kernels.linear(hidden, weight.value(), logits);
      kernels.crossEntropy(logits, targets, lossSum);
      each.take(taken, hidden, logits);
    }
    return lossSum.toDoubles()[0];
  }

  private static long[] longs(int start, int count, IntToLongFunction value) {
    return IntStream.range(start, start + count).mapToLong(value).toArray();
  }
}
